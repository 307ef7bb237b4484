# Benchmarks over many hosts, for scripts/bench, which sources this file and has what it uses.

# addresses PREFIX COUNT: PREFIX.1 PREFIX.2 …
addresses() { seq -f "$1.%.0f" 1 "$2"; }

# make_certificates ADDRESS…: an authority's certificate for all the addresses. $work/trusted.pem holds that authority
# among those that Debian trusts, since reading them is the cost that a connection to the real web has.
make_certificates() {
  local names
  names=$(printf ',IP:%s' "$@")
  ( cd "$work"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj '/CN=bench authority' \
      -days 2 -keyout ca.key -out ca.pem
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj '/CN=bench' \
      -addext "subjectAltName=${names#,}" -keyout server.key -out server.csr
    openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -copy_extensions copy \
      -out server.pem
    cat /etc/ssl/certs/ca-certificates.crt ca.pem >trusted.pem ) 2>"$work/openssl.log" || { cat "$work/openssl.log" >&2; exit 1; }
}

# measure_connections NAME COMMAND…: measure, and appends to NAME's connections how many were opened
measure_connections() {
  : >"$work/access.log"
  measure "$@"
  sort -u "$work/access.log" | wc -l >>"$work/$1.connections"
}

bench_tls() {
  local hosts=200 each=5 port tls_port address i round listen='' names=() name
  expected=$((hosts * each))
  build
  port=$(free_port) tls_port=$(free_port)
  for address in $(addresses 127.0.1 $hosts); do
    listen+="listen $address:$tls_port ssl; "
    for ((i = 0; i < each; i++)); do
      names+=("$address-$i.bin")
      echo "https://$address:$tls_port/$address-$i.bin"
    done
  done >"$work/urls.txt"
  make_files 10240 "${names[@]}"
  # shellcheck disable=SC2046
  make_certificates $(addresses 127.0.1 $hosts)
  start_nginx "$port" "$listen ssl_certificate $work/server.pem; ssl_certificate_key $work/server.key;
    access_log $work/access.log connection;"
  rivals_list
  for ((round = 0; round < rounds; round++)); do
    measure_connections fanfetch "$fanfetch" --no-config --allow-private --cacert "$work/trusted.pem" --progress none -o . "$work/urls.txt"
    measure_connections aria2c aria2c -q -j 64 -x 16 --ca-certificate="$work/trusted.pem" -i "$work/urls.txt"
    measure_connections wget2 wget2 -q --max-threads=64 --no-robots --ca-certificate="$work/trusted.pem" -i "$work/urls.txt"
    measure_connections curl-Z curl -sZ --parallel-max 64 --cacert "$work/trusted.pem" -K "$work/curl.cfg"
  done
  echo "$each files of 10240 bytes from each of $hosts hosts over TLS, medians of $rounds rounds:"
  table "$expected" fanfetch aria2c wget2 curl-Z
  for name in fanfetch aria2c wget2 curl-Z; do
    echo "$name opened $(median <"$work/$name.connections") connections"
  done
}

# start_late SECONDS PORT ADDRESS…: answers any GET after so long, with 20 bytes
start_late() {
  python3 - "$@" >"$work/late" <<'PYTHON' &
import asyncio, sys

delay, port = float(sys.argv[1]), int(sys.argv[2])
answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 20\r\n\r\n" + bytes(20)

async def serve(reader, writer):
    try:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(delay)
            writer.write(answer)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()

async def main():
    for address in sys.argv[3:]:
        await asyncio.start_server(serve, address, port, backlog=1024)
    print("ready", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
PYTHON
  servers+=($!)
  until grep -q ready "$work/late" 2>/dev/null; do kill -0 $! || exit 1; sleep 0.05; done
}

bench_latency() {
  local port round
  expected=896
  build
  port=$(free_port)
  # shellcheck disable=SC2046
  start_late 0.2 "$port" $(addresses 127.0.1 4)
  seq -f "http://127.0.1.1:$port/f%.0f.bin" "$expected" >"$work/one.txt"
  awk -v port="$port" '{ print "http://127.0.1." NR % 4 + 1 ":" port "/f" NR ".bin" }' "$work/one.txt" >"$work/four.txt"
  local common=(--no-config --allow-private --progress none -o .)
  for ((round = 0; round < rounds; round++)); do
    measure 'per-host-64' "$fanfetch" "${common[@]}" --per-host 64 "$work/one.txt"
    measure 'default' "$fanfetch" "${common[@]}" "$work/one.txt"
    measure 'default-on-4-hosts' "$fanfetch" "${common[@]}" "$work/four.txt"
  done
  echo "$expected links that answer after 0.2 s, medians of $rounds rounds; 64 at once take 14 x 0.2 s = 2.8 s:"
  table "$expected" per-host-64 default default-on-4-hosts
  awk -v w="$(cut -d' ' -f1 "$work/per-host-64.figures" | median)" \
    'BEGIN { printf "per-host-64 takes %.3f of 2.8 s\n", w / 2.8 }'
}

# until_fast_are_done NAME LIST: appends to NAME's figures the seconds from launch until the last link of a fast host
# is saved, and CPU seconds of the whole run
until_fast_are_done() {
  local launched
  launched=$(date +%s.%N)
  expected=$(wc -l <"$2")
  measure "$1" "$fanfetch" --no-config --allow-private --progress none --results "$work/results" -o . "$2"
  python3 - "$launched" "$work/results" "$work/$1.figures" <<'PYTHON'
import datetime, json, sys

last = 0
for line in open(sys.argv[2]):
    record = json.loads(line)
    if "://127.0.2.51:" not in record["url"]:
        begun = datetime.datetime.fromisoformat(record["started_at"].replace("Z", "+00:00")).timestamp()
        last = max(last, begun + record["duration_ms"] / 1000)
lines = open(sys.argv[3]).read().splitlines()
cpu = lines[-1].split()[1]
lines[-1] = f"{last - float(sys.argv[1]):.3f} {cpu}"
open(sys.argv[3], "w").write("\n".join(lines) + "\n")
PYTHON
}

bench_slow() {
  local port listen='' names=() address i round
  build
  port=$(free_port)
  for address in $(addresses 127.0.2 50); do
    listen+="listen $address:$port; "
    for ((i = 0; i < 100; i++)); do echo "http://$address:$port/$address-$i.bin"; done
  done >"$work/fast.txt"
  readarray -t names < <(awk -F/ '{ print $NF }' "$work/fast.txt")
  make_files 10240 "${names[@]}"
  start_nginx "$port" "$listen"
  start_late 2 "$port" 127.0.2.51
  # The slow host first: the worst of the sorted lists.
  { seq -f "http://127.0.2.51:$port/slow%.0f.bin" 48; cat "$work/fast.txt"; } >"$work/sorted.txt"
  shuf --random-source=<(yes) "$work/sorted.txt" >"$work/shuffled.txt"
  for ((round = 0; round < rounds; round++)); do
    until_fast_are_done without-the-slow-host "$work/fast.txt"
    until_fast_are_done sorted-by-host "$work/sorted.txt"
    until_fast_are_done shuffled "$work/shuffled.txt"
  done
  echo "100 files from each of 50 hosts beside 48 links of a host that takes 2 s for each:"
  echo "wall until the fast hosts' files are there, medians of $rounds rounds:"
  table 5000 without-the-slow-host sorted-by-host shuffled
}

bench_dns() {
  local port dns_port names=() i round
  expected=2000
  build
  port=$(free_port) dns_port=$(free_port)
  for ((i = 1; i <= expected; i++)); do
    names+=("f$i.bin")
    echo "http://h$((i % 1000)).bench.test:$port/f$i.bin"
  done >"$work/urls.txt"
  make_files 10240 "${names[@]}"
  start_nginx "$port" ""
  # dnsmasq asks nobody, and knows one address for all that ends in bench.test.
  dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --port="$dns_port" --bind-interfaces \
    --listen-address=127.0.0.1 --address=/bench.test/127.0.0.1 --local=/bench.test/ --local-ttl=600 --user="$(id -un)" \
    --pid-file="$work/dnsmasq.pid" --log-queries --log-facility="$work/dns.log" &
  servers+=($!)
  until grep -q started "$work/dns.log" 2>/dev/null; do kill -0 $! || { cat "$work/dns.log" >&2; exit 1; }; sleep 0.05; done
  for ((round = 0; round < rounds; round++)); do
    measure fanfetch "$fanfetch" --no-config --allow-private --dns "127.0.0.1:$dns_port" --progress none -o . "$work/urls.txt"
  done
  echo "2 files from each of 1000 names, medians of $rounds rounds:"
  table "$expected" fanfetch
  grep -o 'query\[[A-Z]*\]' "$work/dns.log" | sort | uniq -c |
    awk -v r="$rounds" '{ printf "%.0f of %s a round\n", $1 / r, $2 }'
}
