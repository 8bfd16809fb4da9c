#!/usr/bin/env bash
# The front-end parts, fetched by name and lock: compiled into the package, committed nowhere.
set -euo pipefail
cd "$(dirname "$0")/.."
out=src/speccomm_web/design/static/design/dist
[ -d node_modules/sass ] || npm ci --ignore-scripts --no-audit --no-fund --silent
rm -rf "$out.new" && mkdir -p "$out.new/assets/images"
npx --no-install sass --no-source-map --style=compressed --quiet-deps --load-path=node_modules \
	src/speccomm_web/design/assets/speccomm.scss "$out.new/speccomm.css"
# Its source map stays behind, so the line that names it goes too.
sed '/^\/\/# sourceMappingURL=/d' node_modules/nhsuk-frontend/dist/nhsuk/nhsuk-frontend.min.js \
	> "$out.new/nhsuk-frontend.min.js"
cp node_modules/nhsuk-frontend/dist/nhsuk/assets/images/nhsuk-icon-*.svg "$out.new/assets/images/"
rm -rf "$out" && mv "$out.new" "$out"
