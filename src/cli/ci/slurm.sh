#!/bin/sh
#SBATCH --job-name=guides
#SBATCH --ntasks=1
#SBATCH --requeue
#SBATCH --open-mode=append
# Guides on many machines, by Slurm. Printed by `guidepost ci slurm`.
# @PROVED@
#
#   sh guides.sh NIGHT [LAST]    in the site's folder; NIGHT is made, LAST is the folder of an earlier night
#
# The site and NIGHT lie where all nodes see them, and each node has guidepost and an engine. NIGHT then has report.json, and in
# `missing` what never came back. The same command again does only that.
set -eu
shards=@SHARDS@
workers=@WORKERS@
night=${1:?name a folder for this night}
last=${2:-}
case ${3:-} in
'')
  mkdir -p "$night/results" "$night/logs"
  # 1: a guide's plan has errors. The plan is whole all the same, and that guide will be told as broken.
  guidepost plan --all --format jsonl ${last:+--durations "$last/report.json"} >"$night/plan.jsonl" || [ $? -eq 1 ]
  tasks=$(sbatch --parsable --array="1-$shards%$workers" --output="$night/logs/%a.log" "$0" "$night" "$last" shard)
  # It begins when all tasks have ended, however they did, and those that were put back, too.
  sbatch --dependency="afterany:${tasks%%;*}" --output="$night/logs/report.log" "$0" "$night" "$last" report
  ;;
shard)
  status=0
  guidepost verify --shard "$SLURM_ARRAY_TASK_ID/$shards" --results "$night/results" \
    ${last:+--durations "$last/report.json"} || status=$?
  # 3: elsewhere it may go well. What has its result is not done again.
  if [ "$status" -eq 3 ]; then
    if [ "${SLURM_RESTART_COUNT:-0}" -lt 3 ]; then scontrol requeue "$SLURM_JOB_ID" && sleep 60; fi
    # Given up, and the report misses its guides. RequeueExit=3 in slurm.conf would put it back without end.
    [ "${SLURM_RESTART_COUNT:-0}" -lt 3 ] || status=4
  fi
  exit "$status"
  ;;
report)
  guidepost report "$night/results" --expect "$night/plan.jsonl" --missing "$night/missing" --report "$night/report.json"
  ;;
esac
