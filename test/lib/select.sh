# shellcheck shell=bash
#
# select.sh
#	selected ID: is this test, or this case of the bench, asked for by $ONLY?
#
# ONLY is a list of words: a name, kind/name or a whole kind; * and ? match as
# for file names.  Empty takes everything.

selected()
{
	local id=$1 word

	[ -n "$ONLY" ] || return 0
	set -f
	for word in ${ONLY//,/ }; do
		# shellcheck disable=SC2053
		if [[ $id == $word || ${id#*/} == $word || ${id%%/*} == "$word" ]]; then
			set +f
			return 0
		fi
	done
	set +f
	return 1
}
