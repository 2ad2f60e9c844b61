"""What the bot does when an action fails: it never stays silent."""

from typing import Any

from rasa.core.featurizers.tracker_featurizers import TrackerFeaturizer
from rasa.core.policies.policy import Policy, PolicyPrediction
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    ConversationPaused,
    UserUttered,
)
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

TECHNICAL_PROBLEM = "utter_technical_problem"


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=False
)
class ActionFailurePolicy(Policy):
    """Apologises and hands over when a custom action or a form could not run.

    Rasa logs such a failure and goes on as if the action had done nothing. Every
    action of ours returns at least one event, so an action without any has failed.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"priority": 10}

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        featurizer: TrackerFeaturizer | None = None,
    ) -> None:
        super().__init__(config, model_storage, resource, execution_context, featurizer)

    def train(
        self,
        training_trackers: list[TrackerWithCachedStates],
        domain: Domain,
        **kwargs: Any,
    ) -> Resource:
        """There is nothing to learn."""
        return self._resource

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        if not _last_action_failed(tracker, domain):
            return self._prediction(self._default_predictions(domain))
        probabilities = self._default_predictions(domain)
        probabilities[domain.index_for_action(TECHNICAL_PROBLEM)] = 1.0
        taken_over = [ActiveLoop(None), ConversationPaused()]
        return self._prediction(probabilities, optional_events=taken_over)


def _last_action_failed(tracker: DialogueStateTracker, domain: Domain) -> bool:
    if not tracker.events:
        return False
    last = tracker.events[-1]
    if not isinstance(last, ActionExecuted) or last.action_name not in _fallible_actions(domain):
        return False
    return _came_over_a_channel(tracker)


def _came_over_a_channel(tracker: DialogueStateTracker) -> bool:
    """Whether somebody waits for an answer: `rasa test` predicts actions but runs none."""
    message = tracker.get_last_event_for(UserUttered)
    return message is not None and message.input_channel is not None


def _fallible_actions(domain: Domain) -> set[str]:
    spoken = set(domain.responses)
    return (set(domain.user_actions) | set(domain.form_names)) - spoken
