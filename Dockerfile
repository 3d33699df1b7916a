FROM python:3.13.7-slim-trixie

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1
WORKDIR /app

COPY requirements/prod.txt requirements/prod.txt
RUN pip install --require-hashes --no-deps -r requirements/prod.txt

COPY . .
RUN useradd --uid 10001 --no-create-home --home-dir /app --shell /usr/sbin/nologin readback \
    && mkdir -p /app/var \
    && READBACK_ENV=production SECRET_KEY=build ALLOWED_HOSTS=build DATABASE_URL=postgres://build/build \
       REDIS_URL=redis://build EMAIL_URL=consolemail:// DEFAULT_FROM_EMAIL=build@build \
       REMINDER_FROM_EMAIL=build@build SITE_URL=http://build \
       python manage.py collectstatic --noinput --verbosity 0 \
    && chown -R readback /app/var

USER 10001
EXPOSE 8000
