# One image for every part; the command says which one a container is. TypeScript is run as it is, and Node strips no types
# below node_modules, so the whole workspace goes in rather than a pruned copy of one package.
FROM node:26-bookworm-slim
ENV NODE_ENV=production APOLLO_TELEMETRY_DISABLED=true PATH=/app/node_modules/.bin:$PATH
WORKDIR /app
COPY . .
RUN npx --yes pnpm@12.21.0 install --prod --frozen-lockfile && node scripts/generate.ts --clients
USER node
EXPOSE 4000
ENTRYPOINT ["node", "--disable-warning=ExperimentalWarning"]
CMD ["gateway/main.ts"]
