#!/bin/sh
# What the tests want from the system rather than from Python: a font with Chinese characters, for the pictures.
# Installs it where that is allowed (root on Debian or Ubuntu); else says what is left out. Never fails.
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

has_chinese_font && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing a font with Chinese characters (fonts-noto-cjk) for the pictures"
    export DEBIAN_FRONTEND=noninteractive
    timeout 120 apt-get -qq update >/dev/null 2>&1
    timeout 600 apt-get -qq install -y --no-install-recommends fonts-noto-cjk >/dev/null 2>&1
    # matplotlib remembers which fonts there were
    cache="$("$python" -c 'import matplotlib; print(matplotlib.get_cachedir())')" && rm -f "$cache"/fontlist-*.json
fi

has_chinese_font || cat <<'TEXT'
No font with Chinese characters was found and none could be installed: tests that look at Chinese words in
pictures are left out, and pictures show English words. To have them: apt install fonts-noto-cjk (or any CJK font).
TEXT
exit 0
