# One image for every container of the desk: stream apps, page, simulated venue, Airflow. What runs is the command given.
FROM python:3.11-slim-bookworm

RUN pip install --no-cache-dir uv==0.13.9

RUN useradd --create-home --uid 10001 desk \
    && mkdir -p /opt/kalshi_desk /desk \
    && chown desk:desk /opt/kalshi_desk /desk

WORKDIR /opt/kalshi_desk
USER desk

COPY --chown=desk:desk requirements.lock ./
RUN uv venv .venv && uv pip install --no-cache --compile-bytecode --require-hashes -r requirements.lock

COPY --chown=desk:desk pyproject.toml README.md LICENSE ./
COPY --chown=desk:desk plugins plugins
COPY --chown=desk:desk stream_apps stream_apps
COPY --chown=desk:desk dags dags
COPY --chown=desk:desk sql sql
RUN uv pip install --no-cache --no-deps --no-build-isolation -e .

ENV PATH=/opt/kalshi_desk/.venv/bin:$PATH \
    DESK_HOME=/desk \
    GX_ANALYTICS_ENABLED=false \
    PYTHONUNBUFFERED=1
VOLUME /desk
CMD ["kalshi-desk", "--help"]
