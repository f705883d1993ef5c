#!/bin/sh
# What the tests want from the system rather than from Python: a font with Chinese characters, for the pictures, and a
# browser, for the map page. Installs them where that is allowed (root on Debian or Ubuntu); else says what is left out.
# Never fails.
python="$1"

has_chinese_font() {
    "$python" - <<'PY' >/dev/null 2>&1
import sys
from matplotlib import font_manager
names = ("CJK", "WenQuanYi", "SimHei", "SimSun", "YaHei", "PingFang", "Heiti", "Songti", "Source Han", "Fandol", "Droid Sans Fallback")
fonts = font_manager.findSystemFonts()
sys.exit(not any(n.replace(" ", "").lower() in f.replace(" ", "").replace("-", "").lower() for n in names for f in fonts))
PY
}

has_browser() {
    for program in chromium chromium-browser google-chrome msedge; do
        command -v "$program" >/dev/null 2>&1 && return 0
    done
    return 1
}

may_install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1
}

install() {
    export DEBIAN_FRONTEND=noninteractive
    [ -n "$updated" ] || timeout 120 apt-get -qq update >/dev/null 2>&1
    updated=yes
    timeout 900 apt-get -qq install -y --no-install-recommends "$1" >/dev/null 2>&1
}

if ! has_chinese_font && may_install; then
    echo "installing a font with Chinese characters (fonts-noto-cjk) for the pictures"
    install fonts-noto-cjk
    # matplotlib remembers which fonts there were
    cache="$("$python" -c 'import matplotlib; print(matplotlib.get_cachedir())')" && rm -f "$cache"/fontlist-*.json
fi
if ! has_browser && may_install; then
    echo "installing a browser (chromium) for the tests of the map page"
    install chromium
fi

has_chinese_font || cat <<'TEXT'
No font with Chinese characters was found and none could be installed: tests that look at Chinese words in
pictures are left out, and pictures show English words. To have them: apt install fonts-noto-cjk (or any CJK font).
TEXT
has_browser || cat <<'TEXT'
No Chromium was found and none could be installed: the tests of the map page in a browser are left out.
To have them: apt install chromium (or any Chromium, Chrome or Edge on the PATH).
TEXT
exit 0
