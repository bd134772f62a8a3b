#!/bin/bash
#
# schema.sh
#	The JSON Schemas of documents are what "make reference" makes of the tables
#	of keys.
set -euo pipefail

status=0

mkdir "$SCRATCH/schemas"
doc/schema/make_schema "$SCRATCH/schemas"
for schema in doc/schema/*.json "$SCRATCH"/schemas/*; do
	if ! diff -u "doc/schema/${schema##*/}" "$SCRATCH/schemas/${schema##*/}"; then
		echo "doc/schema/${schema##*/} is not what make reference makes"
		status=1
	fi
done
exit "$status"
