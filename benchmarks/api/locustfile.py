"""Shoppers who send messages at a steady rate, each in a conversation of their own.

Environment: AISLE_BENCH_KEY (API key), AISLE_BENCH_RATE (messages a second, of all users),
AISLE_BENCH_USERS (how many users there are).
"""

import os
import random

import gevent
from locust import FastHttpUser, constant_throughput, task

RATE = float(os.environ["AISLE_BENCH_RATE"])
HEADERS = {"X-API-Key": os.environ["AISLE_BENCH_KEY"]}
USERS = int(os.environ["AISLE_BENCH_USERS"])


class Shopper(FastHttpUser):
    wait_time = constant_throughput(RATE / USERS)

    def on_start(self) -> None:
        new = {"customer_id": None, "channel": "web"}
        opened = self.client.post("/conversations", json=new, headers=HEADERS, name="open").json()
        self.path = f"/conversations/{opened['id']}/messages"
        # Or else all of them would send at the same moments.
        gevent.sleep(random.uniform(0, USERS / RATE))

    @task
    def say(self) -> None:
        message = {
            "content": "where is my order #W1000871?",
            "sender_type": "customer",
            "sender_id": "shopper",
        }
        self.client.post(self.path, json=message, headers=HEADERS, name="accept")
