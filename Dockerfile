# The server without the embedded database and without what only development needs.
FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Node is the image's own and PostgreSQL is elsewhere: the optional packages bring neither.
RUN npm ci --omit=dev --omit=optional

FROM node:24-slim
ENV NODE_ENV=production SPOOL_FOLDER=/var/spool/sync
# glibc keeps what was freed for each thread by itself; with two arenas it gives a fifth of the memory back.
ENV MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=131072 MALLOC_TRIM_THRESHOLD_=262144
WORKDIR /app
RUN mkdir -p /var/spool/sync && chown node:node /var/spool/sync
COPY --from=packages /app/node_modules ./node_modules
COPY package.json ./
COPY shared ./shared
COPY server ./server
USER node
EXPOSE 3000
# Webhooks that arrive while the database is away wait here: keep it on a volume.
VOLUME /var/spool/sync
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Commands: docker compose exec server node server/cli/main.ts doctor
# The flags are those of `npm start`: with a bound, V8 collects what is no longer needed before it takes more memory.
CMD ["node", "--max-semi-space-size=8", "--max-old-space-size=1024", "server/main.ts"]
