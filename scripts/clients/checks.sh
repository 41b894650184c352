# What the stories in bash need: named checks and their count. It is sourced, and `client` is the client's name.
# Prints a line a check and last `N passed, N failed`. The first check that fails ends the story.
passed=0
work=$(mktemp -d)

pass() {
    passed=$((passed + 1))
    echo "PASS $client: $*"
}

die() {
    echo "FAIL $client: $*"
    exit 1
}

# Checks that two values are the same: what it shows, the one that was found, the one that was expected.
same() {
    [[ $2 == "$3" ]] || die "$1: $2, expected $3"
    pass "$1"
}

# Checks that two files have the same bytes: what it shows, the files.
same_bytes() {
    cmp "$2" "$3" >&2 || die "$1"
    pass "$1"
}

# shellcheck disable=SC2329 # called by trap
close() {
    local status=$?
    rm -rf "$work"
    echo "$passed passed, $((status > 0)) failed"
    exit "$status"
}
trap close EXIT
