#!/bin/sh
# For xbar and SwiftBar (macOS) and Argos (GNOME): copy it into the plugins folder. Runs once a minute.
# <xbar.title>Headroom</xbar.title>
# <xbar.desc>How much of each AI coding quota is left</xbar.desc>
# <xbar.dependencies>headroom</xbar.dependencies>
PATH="$PATH:/usr/local/bin:/opt/homebrew/bin"
headroom quota --format 'C {claude}  G {gemini}' 2>/dev/null || { echo "C –  G –"; }
echo "---"
headroom quota --format '{sentence}'
echo "---"
# A bar in a name would begin xbar's own options: it becomes another sign.
headroom quota --each --format '{name}: Claude {claude} {claude.bar}, Gemini {gemini} {gemini.bar}' | tr '|' '¦'
echo "---"
echo "Open Headroom | shell=headroom param1=ui terminal=false"
echo "Refresh | shell=headroom param1=quota param2=--refresh terminal=false refresh=true"
