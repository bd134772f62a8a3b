# shellcheck shell=bash
#
# browser.sh
#	Pages in a headless Chromium: what test/sh/pages.sh and test/pictures share.
#	Needs $SCRATCH; every call has a profile of its own.

BROWSER=$(command -v chromium || command -v chromium-browser || true)

browse()
{
	local profile

	profile=$(mktemp -d "$SCRATCH/chromium.XXXXXX")
	HOME=$profile timeout 120 "$BROWSER" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
		--disable-background-networking --disable-component-update --disable-sync \
		--disable-dev-shm-usage --hide-scrollbars --force-device-scale-factor=1 --user-data-dir="$profile" "$@" \
		2>"$SCRATCH/chromium.log"
	rm -rf "$profile"
}

# framed PAGE WIDTH HEIGHT [SCRIPT]: a page that shows PAGE as wide as it is
# asked for (a window has a least width), and a script of its own beside it.
framed()
{
	local page

	page=$(sed 's/&/\&amp;/g; s/"/\&quot;/g' "$1")
	cat <<-HTML
		<!DOCTYPE html><meta charset="utf-8"><style>body { margin: 0 } iframe { display: block; border: 0 }</style>
		<iframe width="$2" height="$3" srcdoc="$page"></iframe>
		${4:+<pre id="found"></pre><script>$4</script>}
	HTML
}

# picture PAGE WIDTH HEIGHT FILE.png
picture()
{
	browse --window-size="$2,$3" --screenshot="$4" "file://$1"
}
