# Bare tags move when an image is rebuilt: to fix the very bytes, add the digest that you have checked (@sha256:…).
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

# For linux/amd64 and linux/arm64. What these two stages make is the same for both (classic-level brings its binaries for each), so
# they run as what the building machine is, and only the last one is of the platform that is asked for.
FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY templates ./templates
COPY firmware-bridge/station/board-config.ts ./firmware-bridge/station/
COPY firmware-bridge/thingspeak ./firmware-bridge/thingspeak
COPY firmware-bridge/bridge ./firmware-bridge/bridge
# The compiler's notes for its next run are for no other.
RUN npm run build && rm dist/.tsbuildinfo && chmod +x dist/src/thermograph.js

# Without the optional packages, which are the embedded PostgreSQL: docker-compose.yml brings a server of its own.
FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM ${NODE_IMAGE}
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/data
# Commands are given as everywhere: docker compose exec thermograph thermograph station list
RUN install --directory --owner=node --group=node --mode=0700 /data \
  && ln --symbolic /app/dist/src/thermograph.js /usr/local/bin/thermograph
COPY package.json LICENSE ./
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY migrations ./migrations
COPY templates ./templates
# Everything above belongs to root, so that the service can't change its own program.
USER node
VOLUME /data
EXPOSE 3000 1883
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.HTTP_PORT || 3000) + '/health/ready').then((reply) => process.exit(reply.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/src/main.js"]
