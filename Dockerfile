# The images of Aisle: the targets api, rasa and actions (docs/deployment.md).
# Nothing here is compiled: every package that needs it comes as a wheel.

# 3.10 is the highest Python that Rasa 3.6 takes.
FROM python:3.10.20-slim-bookworm AS python
ENV VIRTUAL_ENV=/opt/venv \
    PYTHONUNBUFFERED=1 \
    RASA_TELEMETRY_ENABLED=false
ENV PATH=$VIRTUAL_ENV/bin:$PATH
WORKDIR /app

# What serves: no torch in it.
FROM python AS build
ARG UV_VERSION=0.13.9
ENV UV_CACHE_DIR=/var/cache/uv \
    UV_LINK_MODE=copy
RUN python -m pip install --no-cache-dir --root-user-action=ignore uv==$UV_VERSION \
    && python -m venv --without-pip "$VIRTUAL_ENV"
COPY requirements.txt ./
# The containers cannot write beside the code, so it is compiled to bytecode here.
RUN --mount=type=cache,target=/var/cache/uv \
    uv pip install --compile-bytecode -r requirements.txt

# What trains, with torch; only the model and the encoder are taken from it.
FROM build AS train
# "cpu" takes the small build of torch, where its index can be reached; PyPI has the CUDA build.
ARG UV_TORCH_BACKEND
COPY requirements-train.txt ./
RUN --mount=type=cache,target=/var/cache/uv \
    uv pip install -r requirements-train.txt
COPY config.yml domain.yml ./
COPY config/default.yaml config/
COPY data/nlu data/nlu
COPY data/rules data/rules
COPY data/stories data/stories
COPY aisle aisle
# The articles are searched with the encoder as it was before training.
RUN python -m aisle.cli train \
    && python -c "from aisle.language.encoder import ensure_encoder; \
from aisle.settings import get_settings; ensure_encoder(get_settings().ai_services.nlp)"

FROM python AS serving
# Whoever answers customers owns two folders and nothing else.
RUN groupadd --gid 10001 aisle \
    && useradd --uid 10001 --gid aisle --no-create-home --home-dir /tmp aisle \
    && install --directory --owner=aisle --group=aisle var/attachments var/knowledge
COPY --from=build /opt/venv /opt/venv
COPY --from=train /app/models models
COPY config config
COPY credentials.yml endpoints.yml ./
COPY data/knowledge data/knowledge
COPY data/nlu data/nlu
COPY data/shop data/shop
COPY deploy/healthcheck.py deploy/
COPY aisle aisle
COPY actions actions
RUN python -m compileall -q aisle actions
ENV HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    SQLALCHEMY_SILENCE_UBER_WARNING=1 \
    TF_CPP_MIN_LOG_LEVEL=2 \
    AISLE_CONFIG=config/production.yaml \
    AISLE_ATTACHMENTS=/app/var/attachments \
    AISLE_KNOWLEDGE_INDEX=/app/var/knowledge/knowledge.db \
    AISLE_API_HOST=0.0.0.0 \
    AISLE_API_PORT=8000 \
    AISLE_RASA_HOST=0.0.0.0 \
    AISLE_RASA_PORT=5005 \
    AISLE_ACTIONS_HOST=0.0.0.0 \
    AISLE_ACTIONS_PORT=5055
USER 10001:10001

FROM serving AS actions
EXPOSE 5055
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "deploy/healthcheck.py", "AISLE_ACTIONS_PORT", "/health"]
CMD ["python", "-m", "actions"]

FROM serving AS rasa
EXPOSE 5005
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 \
    CMD ["python", "deploy/healthcheck.py", "AISLE_RASA_PORT", "/webhooks/aisle/"]
CMD ["python", "-m", "aisle.rasa_ext"]

FROM serving AS api
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "deploy/healthcheck.py", "AISLE_API_PORT", "/health"]
CMD ["python", "-m", "aisle.api"]
