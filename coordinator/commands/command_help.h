#pragma once

#include <string_view>

namespace fanfetch {

// What each command says of itself.

inline constexpr std::string_view kStatusHelp = R"(Usage: fanfetch status [DIR...] [OPTIONS]
Says what the runs into each folder DIR have saved and what failed, and how the
last one went. Works while a run is going on. Without DIR: the configuration's
output, else the one of downloads and images here that has a ledger.

  --watch        a line each second as long as a run is going on, then this
  --by-host      the same for each host: those that fail most come first, then
                 the slowest ("first byte": the median; "speed": of a transfer)
  --limit N      with --by-host: the first N hosts
  --json         one JSON object a line for each DIR; "schema":1 comes first
  --exit-code    end with the last run's exit status: 128+N if it died of signal
                 N (130: interrupted), 137 if killed or it could not write its
                 end, 5 if it is running, 2 if none has begun, 4 if an older
                 fanfetch's, which kept none. Of several DIR the gravest counts:
                 70, 128 and above, 4, 3, 2, 5, 6, 1
  --ledger FILE  the ledger, if not DIR/.fanfetch/ledger.sqlite
  --fleet URL    in place of DIR: a fleet's nodes and what waits, by its Redis
  --fleet-job NAME        which list, if there are several
  --fleet-auth-file FILE  [USER:]PASSWORD of that Redis
  --fleet-cacert FILE     certificates to trust in rediss://
  -h, --help     this text

Exit status: 0; 2 usage, no ledger or list there; 3 no Redis; 4 a ledger cannot
be read. The other DIR are shown all the same.
)";

inline constexpr std::string_view kVerifyHelp = R"(Usage: fanfetch verify [DIR] [OPTIONS]
Reads every file that was saved in the folder DIR (default: the configuration's
output, else the one of downloads and images here that has a ledger), and prints
what differs:
  missing: NAME        it is not there any more
  changed: NAME: why   it is not what was saved
  foreign: NAME        no run has saved a file of that name
Results, metrics, exports, reports and ledgers that fanfetch wrote there are
only counted.

  --strict       foreign files make the exit status 1, too
  --repair       mark missing and changed files, so that the next run fetches
                 them again, and note new times of good files; touches no file
  --ledger FILE  the ledger, if not DIR/.fanfetch/ledger.sqlite
  -q, --quiet    no progress, no closing lines
  -h, --help     this text

Exit status: 0 nothing is missing or changed; 1 something is, repaired or not;
2 usage, or no ledger there; 4 a file, the folder or the ledger cannot be read
or written; 5 a run holds the folder.
)";

inline constexpr std::string_view kExportHelp = R"(Usage: fanfetch export [DIR...] [OPTIONS]
Writes a record of each link that runs into each folder DIR have settled, to
stdout or a file, also while a run is going on. Without DIR: the configuration's
output, else the one of downloads and images here that has a ledger.

  -o, --output FILE  one that is there is replaced only if it is as an export
                     left it; it gets its name when it is whole
  --force            replace it whoever wrote it
  --format jsonl|csv|urls
                     jsonl: an object a line; csv: with a heading, lines end
                     with LF; urls: the links alone, passwords masked
                     (default: by FILE's ending; stdout: jsonl)
  --failed           failed links only
  --status saved|failed|404|5xx,...
                     those saved, failed, or with such an HTTP status
  --class CLASS,...  failures of a class, such as http_4xx or timeout
  --host HOST,...    links of a host
  --image-folder     saved files, without the keys of errors, as tools for image
                     folders want it: -o DIR/metadata.jsonl
  --ledger FILE      the ledger, if not DIR/.fanfetch/ledger.sqlite
  -h, --help         this text

Exit status: 0; 2 usage, no ledger there, or a FILE that is not to be replaced;
4 the ledger cannot be read or FILE not be written.
)";

inline constexpr std::string_view kReportHelp = R"(Usage: fanfetch report [DIR] [OPTIONS]
Writes one HTML file that says what the runs into the folder DIR have brought:
throughput and failures over time, file sizes, the hosts, failures by class
with examples and the command that tries them again, duplicates, and a sample
of small pictures. It loads nothing from anywhere: open it in a browser, print
it, send it. Works while a run is going on. Without DIR: the configuration's
output, else the one of downloads and images here that has a ledger.

  -o, --output FILE  where to, - is stdout (default: report.html). A file that
                     is there is replaced only if it is such a report
  --force            replace it whoever wrote it
  --ledger FILE      the ledger, if not DIR/.fanfetch/ledger.sqlite
  -h, --help         this text

Exit status: 0; 2 usage, no ledger there, or a FILE that is not to be replaced;
4 the ledger cannot be read or FILE not be written.
)";

inline constexpr std::string_view kTopHelp = R"(Usage: fanfetch top [DIR]
Shows the run that is going on in the folder DIR on the whole terminal, and
steers it. Needs 60 columns and 16 lines; elsewhere there is status --watch.
Without DIR: the configuration's output, else the one of downloads and images
here that has a ledger.

  q  leave; the run goes on      p  pause, or go on
  +  more transfers at once      -  fewer
  l  type a limit of bytes a second (512K, 2M; off)
  hosts first by:  i in flight   r rate   e errors   w pause

  --ledger FILE  the ledger, if not DIR/.fanfetch/ledger.sqlite
  --fleet URL    in place of DIR: a fleet's nodes and what waits, by its Redis
  --fleet-job NAME        which list, if there are several
  --fleet-auth-file FILE  [USER:]PASSWORD of that Redis
  --fleet-cacert FILE     certificates to trust in rediss://
  -h, --help     this text

Exit status: 0; 1 no run is going on; 2 usage, no terminal, or no such list; 3
no Redis; 4 the run does not answer, or not to this user.
)";

inline constexpr std::string_view kWebHelp = R"(Usage: fanfetch web [DIR] [OPTIONS]
Shows the folder DIR in a browser: what was saved and what failed, hosts, files,
pictures; and the run that is going on there, which can be paused and limited.
Prints the address, which holds a secret. SIGINT or SIGTERM ends it; the run
goes on. Without DIR: the configuration's output, else the one of downloads and
images here that has a ledger.

  --listen ADDRESS   127.0.0.1:8080 (the default), [::1]:8080, 127.0.0.1:0 for
                     a free port, or unix:PATH, a socket of this user alone,
                     which needs no secret (ssh -L 8080:PATH HOST)
  --token-file FILE  the secret is the first line of FILE, which nobody else may
                     read; else it is made at random for each start. Programs
                     send it as Authorization: Bearer
  --read-only        nothing can be changed
  --ledger FILE      the ledger, if not DIR/.fanfetch/ledger.sqlite
  -h, --help         this text

Exit status: 0 ended by a signal; 2 usage, no ledger there, or an address that
cannot be had; 4 the ledger cannot be read.
)";

inline constexpr std::string_view kSetHelp = R"(Usage: fanfetch set [DIR] [NAME=VALUE...]
Changes the run that is going on in the folder DIR, within a second and until
its end; without NAME=VALUE, prints what holds now and what it began with.
Without DIR: the configuration's output, else the one of downloads and images
here that has a ledger. A DIR with a = in its name is written ./a=b.

  jobs=N                transfers at once, at most as many as it began with
  limit-rate=BYTES/s    of all transfers together; none is no limit. Or a
                        timetable: '08:00,512K 18:00,off' (also pause)
  per-host=N|auto[:MAX]
                        transfers at once from one host
  rate=N/s              requests to one host; none is no limit
  max-duration=TIME, max-transfer=BYTES, min-free=BYTES
                        as the options of these names
  host.HOST=N|skip|normal
                        transfers at once from HOST (or HOST:PORT), none of its
                        links, or as from any other

VALUE default goes back to what the run began with. If one is wrong, nothing
is changed. The next run begins with its own options. In a fleet, limits of
hosts are set in the driver's folder.

  --ledger FILE  the ledger, if not DIR/.fanfetch/ledger.sqlite
  -h, --help     this text

Exit status: 0 done, or so already; 1 no run is going on; 2 usage; 4 the run
does not answer, or not to this user.
)";

inline constexpr std::string_view kPauseHelp = R"(Usage: fanfetch pause [DIR] [--for TIME]
The run that is going on in the folder DIR begins nothing new; what is in
flight finishes. fanfetch resume DIR goes on. --max-duration goes on, too.
Without DIR: the configuration's output, else the one of downloads and images
here that has a ledger.

  --for TIME     go on by itself after so long: 90s, 10m, 1h
  --ledger FILE  the ledger, if not DIR/.fanfetch/ledger.sqlite
  -h, --help     this text

Exit status: 0 done, or so already; 1 no run is going on; 2 usage; 4 the run
does not answer, or not to this user.
)";

inline constexpr std::string_view kResumeHelp = R"(Usage: fanfetch resume [DIR]
Ends a pause of the run that is going on in the folder DIR; one of a timetable
(--limit-rate) until the next time in it. A run that has ended is gone on with
by giving its command again. Without DIR: the configuration's output, else the
one of downloads and images here that has a ledger.

  --ledger FILE  the ledger, if not DIR/.fanfetch/ledger.sqlite
  -h, --help     this text

Exit status: 0 done, or so already; 1 no run is going on; 2 usage; 4 the run
does not answer, or not to this user.
)";

inline constexpr std::string_view kStopHelp = R"(Usage: fanfetch stop [DIR] [--no-wait]
Ends the run that is going on in the folder DIR: what is in flight gets 10 s to
finish, and the run's own command goes on from there. Returns when the folder
is free. Without DIR: the configuration's output, else the one of downloads and
images here that has a ledger.

  --no-wait      return when the run has heard of it
  --ledger FILE  the ledger, if not DIR/.fanfetch/ledger.sqlite
  -h, --help     this text

Exit status: 0 done, or so already; 1 no run is going on; 2 usage; 4 the run
does not answer, or not to this user.
)";

}  // namespace fanfetch
