FROM python:3.13.7-slim-trixie

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1
WORKDIR /app

COPY requirements/ requirements/
RUN pip install --require-hashes -r requirements/prod.txt

COPY . .
RUN useradd --system --home-dir /app readback \
    && mkdir -p /app/var \
    && READBACK_ENV=production SECRET_KEY=build ALLOWED_HOSTS=build DATABASE_URL=postgres://build/build \
       REDIS_URL=redis://build EMAIL_URL=consolemail:// DEFAULT_FROM_EMAIL=build@build \
       python manage.py collectstatic --noinput --verbosity 0 \
    && chown -R readback /app/var

USER readback
EXPOSE 8000
