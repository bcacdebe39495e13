#!/usr/bin/env bash
# Makes the pictures and texts of docs/gallery.md anew, by the commands that the page names.
# usage: docs/gallery/make.sh MODELS
# MODELS: a folder with bert-base-uncased and all-MiniLM-L6-v2 in Hugging Face's format.
# What is trained for it is kept in runs/gallery and used again. Pages are photographed by Chromium where there is one.
set -euo pipefail
cd "$(dirname "$0")/../.."
models=$(realpath "${1:?a folder with bert-base-uncased and all-MiniLM-L6-v2}")
out=docs/gallery
runs=runs/gallery
mkdir -p "$runs"

train() { # name, then the arguments of 'train'
    [ -e "$runs/$1/config.json" ] || ./attn4j train "${@:2}" --threads 1 --out "$runs/$1"
}

photograph() { # page, picture, width, height
    local browser
    browser=$(command -v chromium || command -v google-chrome) || { echo "$2 stays as it is: no Chromium here"; return; }
    "$browser" --headless --disable-gpu --hide-scrollbars --no-sandbox --force-device-scale-factor=1 --virtual-time-budget=5000 \
        --window-size="$3,$4" --screenshot="$out/$2" "file://$1" 2> /dev/null
}

page() { echo "$(realpath "$runs")/$1.html"; }

bert="$models/bert-base-uncased"
minilm="$models/all-MiniLM-L6-v2"
text="The old doctor doesn't eat the red apple."

train demo demo
train lstm "$out/lstm.yaml"
train sst2 sst2 --set data.folder=../shared/corpora/sst2 --set "model.from=$minilm"

# A translation's alignment, by a Transformer and by an LSTM
for model in demo lstm; do
    ./attn4j translate --model "$runs/$model" --alignment hard "$text" > "$out/alignment-$model.txt"
    ./attn4j visualize --model "$runs/$model" "$text" --kind cross --out "$out/alignment-$model.svg"
done

# Heads of BERT, found by measuring and then drawn
./attn4j heads --model "$bert" --threads 1 --relations "$out/relations.tsv" > "$out/heads.txt"
draw() { ./attn4j visualize --model "$bert" --threads 1 "$2" --layer "$3" --head "$4" --view head --out "$out/$1.svg"; }
draw next-token "The girl quickly opened the small window after dinner." 2 0
draw separator "The girl quickly opened the small window after dinner." 5 1
draw direct-object "The girl quickly opened the small window after dinner." 7 9
draw determiner "The girl quickly opened the small window after dinner." 7 10
draw coreference "The king called the actress because she was late." 5 3

# A causal mask
./attn4j visualize --model "$runs/demo" "$text" --kind decoder --layer 0 --head 0 --out "$out/causal.svg"

# The worked step
./attn4j explain "the cat sat" --causal > "$out/explain.txt"
./attn4j explain "the cat sat" --causal --html "$(page explain)" > /dev/null
photograph "$(page explain)" explain.png 1100 3000

# Before and after fine-tuning
./attn4j diff --model "$minilm" --model "$runs/sst2" "a gorgeous, witty, seductive movie." --out "$(page diff)" > "$out/diff.txt"
photograph "$(page diff)" diff.png 1250 880

# Each head taken away
./attn4j ablate --model "$runs/demo" --metric loss --max-sentences 200 --out "$(page ablate)" > "$out/ablate.txt"
photograph "$(page ablate)" ablate.png 1100 1100

# Mechanisms as their papers draw them
for example in hierarchical memory; do
    ./attn4j example "$example" --threads 1 --html "$(page "$example")" > /dev/null
done
photograph "$(page hierarchical)" hierarchical.png 900 380
photograph "$(page memory)" memory.png 900 750

# A whole model on one page, and a training run
./attn4j visualize --model "$bert" "The cat sat on the mat because it was tired." --layer 7 --head 10 --out "$(page visualize)" > /dev/null
photograph "$(page visualize)" visualize.png 1100 700
./attn4j report "$runs/demo" --out "$(page report)" > /dev/null
photograph "$(page report)" report.png 1100 1500

# The page, with the texts in their places
while IFS= read -r line; do
    case $line in
        "{{"*"}}") name=${line#"{{"}; sed 's/^/    /' "$out/${name%"}}"}" ;;
        *) printf '%s\n' "$line" ;;
    esac
done < "$out/page.md" > docs/gallery.md
