# Reads the results of one cell of large.yaml and prints those of all 100,000, in an order that is none: the responses
# follow a law of two rules. See bench.
{
	line[NR] = $0
}
END {
	sub(/"cell":0,?/, "", line[1])
	sub(/,}$/, "}", line[1])
	sub(/"runs":1,/, "\"runs\":100000,", line[1])
	print line[1]
	split("2 2 2 2 2 5 5 5 5 5", n)
	split("a b c d e p q r s t", name)
	split(line[2], part, /"steps":/)
	for (i = 0; i < 100000; i++) {
		cell = (i * 61803) % 100000 # 61803 and 100000 have no divisor in common
		rest = cell
		levels = ""
		for (f = 10; f > 0; f--) {
			level[f] = rest % n[f]
			rest = int(rest / n[f])
			levels = "\"" name[f] "\":\"" level[f] "\"" (f < 10 ? "," : "") levels
		}
		busy = level[2] && level[3] && (level[6] == 1 || level[6] == 2) || level[10] == 4 && level[9] == 0
		steps = part[2]
		sub(/SO_REUSEADDR 0/, "SO_REUSEADDR " level[1], steps)
		sub(/bind second \*:12345","out":"[A-Za-z]*"/, "bind second *:12345\",\"out\":\"" (busy ? "EADDRINUSE" : "ok") "\"", steps)
		printf "{\"type\":\"cell\",\"id\":\"%d\",\"levels\":{%s},\"replicate\":1,\"verdict\":\"pass\",", cell, levels
		printf "\"responses\":{\"rebind\":\"%s\"},\"reason\":null,\"elapsed_us\":%d,\"end_us\":%d,\"steps\":%s\n",
			busy ? "EADDRINUSE" : "ok", 2000 + cell % 97, i * 2000, steps
	}
	print "{\"type\":\"end\",\"verdicts\":{\"pass\":100000,\"fail\":0,\"inconc\":0,\"error\":0,\"skip\":0}," \
		"\"runner_vmhwm_kib\":3000}"
}
