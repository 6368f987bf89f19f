# Build with the development packages, run without them.
FROM node:22-slim AS build
WORKDIR /app
COPY package.json package-lock.json tsconfig.json tsconfig.build.json tsconfig.browser.json ./
COPY src ./src
RUN npm ci && npm prune --omit=dev --ignore-scripts

FROM node:22-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
# The private data of an embedded Redis would go here; compose configures a Redis of its own.
RUN mkdir -p /srv/sendoff && chown node:node /srv/sendoff
USER node
WORKDIR /srv/sendoff
ENTRYPOINT ["node", "/app/dist/cli.js"]
CMD ["start", "--apply"]
