# The messages of the SQL code as C, for xgettext: what governance.message() is
# called with, and what stands behind the comment "message".
#
#	awk -f po/sql.awk sql/*.sql sql/*/*.sql > po/sql.c

FNR == 1 && NR > 1 { scan() }
FNR == 1 { file = FILENAME; text = "" }
{ text = text $0 "\n" }
END { scan() }

function scan(    line, said, at)
{
	line = 1
	while (match(text, /(governance\.message\(|\/\* message \*\/)[ \t\n]*'/)) {
		line += lines(substr(text, 1, RSTART + RLENGTH))
		text = substr(text, RSTART + RLENGTH)
		said = ""
		while ((at = index(text, "'")) > 0) {
			said = said substr(text, 1, at - 1)
			text = substr(text, at + 1)
			if (substr(text, 1, 1) != "'")
				break
			said = said "'"
			text = substr(text, 2)
		}
		gsub(/\\/, "\\\\", said)
		gsub(/"/, "\\\"", said)
		printf "#line %d \"%s\"\n_(\"%s\");\n", line, file, said
	}
}

function lines(part)
{
	return gsub(/\n/, "", part)
}
