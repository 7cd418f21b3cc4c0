# freqtrade's official image with RiskGuard in it. `docker compose build` builds it.
FROM freqtradeorg/freqtrade:2026.9

# freqtrade's own user, whose packages and commands are in /home/ftuser/.local.
USER ftuser

COPY --chown=ftuser:ftuser pyproject.toml README.md LICENSE /tmp/riskguard/
COPY --chown=ftuser:ftuser freqtrade_riskguard /tmp/riskguard/freqtrade_riskguard

# What more is wanted, such as "[calibrate,postgres]".
ARG EXTRAS=""
# freqtrade itself is there already, and stays as it is.
RUN pip install --user --no-cache-dir "/tmp/riskguard${EXTRAS}" \
  && rm -r /tmp/riskguard \
  && riskguard --help > /dev/null

# The base image starts `freqtrade trade`; `riskguard` is another entry point of the same image.
