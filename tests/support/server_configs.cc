#include "tests/support/server_configs.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

namespace fanfetch::support {
namespace {

// Configurations: @NAME@ is replaced by a value, and a line that starts with `%NAME ` is left out
// unless the site needs it. `uri` in the logs is the path as requested.

constexpr const char* kNginx = R"(
daemon off; worker_processes 1; pid @FOLDER@/pid; error_log @FOLDER@/error.log;
events { worker_connections 512; }
http {
  client_body_temp_path @FOLDER@/tmp; proxy_temp_path @FOLDER@/tmp; fastcgi_temp_path @FOLDER@/tmp;
  uwsgi_temp_path @FOLDER@/tmp; scgi_temp_path @FOLDER@/tmp;
  default_type application/octet-stream;
  log_format json '{"request":{"remote_port":"$remote_port","uri":"$request_uri",'
                  '"proto":"$server_protocol"},'
                  '"status":$status,"size":$body_bytes_sent}';
  access_log @FOLDER@/access.log json;
  gzip on; gzip_types application/octet-stream;
%CLOSE  keepalive_timeout 0;
  keepalive_requests @REQUESTS@;
  server {
    listen @ADDRESS@:@PORT@;
%TLS    listen @ADDRESS@:@TLS_PORT@ ssl @HTTP2@;
%TLS    ssl_certificate @FOLDER@/server.pem; ssl_certificate_key @FOLDER@/server.key;
%TLS1.2    ssl_protocols TLSv1.2;
%TLS1.3    ssl_protocols TLSv1.3;
%TLSANY    ssl_protocols TLSv1.2 TLSv1.3;
    root @FOLDER@/www;
%UPSTREAM    location /upstream/ { proxy_pass http://@UPSTREAM@; proxy_http_version 1.1; }
  }
}
)";

constexpr const char* kApache = R"(
ServerRoot @FOLDER@
ServerName @ADDRESS@
DefaultRuntimeDir @FOLDER@
PidFile @FOLDER@/pid
ErrorLog @FOLDER@/error.log
LoadModule mpm_event_module @MODULES@/mod_mpm_event.so
LoadModule authz_core_module @MODULES@/mod_authz_core.so
LoadModule dir_module @MODULES@/mod_dir.so
LoadModule filter_module @MODULES@/mod_filter.so
LoadModule deflate_module @MODULES@/mod_deflate.so
StartServers 1
ServerLimit 1
ThreadsPerChild 64
MaxRequestWorkers 64
LogFormat "{\"request\":{\"remote_port\":\"%{remote}p\",\"uri\":\"%U\"},\"status\":%>s,\"size\":%B}" json
CustomLog @FOLDER@/access.log json
Listen @ADDRESS@:@PORT@
%CLOSE KeepAlive Off
DocumentRoot @FOLDER@/www
SetOutputFilter DEFLATE
%UPSTREAM LoadModule proxy_module @MODULES@/mod_proxy.so
%UPSTREAM LoadModule proxy_http_module @MODULES@/mod_proxy_http.so
%UPSTREAM ProxyPass /upstream/ http://@UPSTREAM@/upstream/
%TLS LoadModule ssl_module @MODULES@/mod_ssl.so
%TLS Listen @ADDRESS@:@TLS_PORT@
%TLS1.2 SSLProtocol TLSv1.2
%TLS1.3 SSLProtocol TLSv1.3
%TLS SSLCertificateFile @FOLDER@/server.pem
%TLS SSLCertificateKeyFile @FOLDER@/server.key
%TLS <VirtualHost @ADDRESS@:@TLS_PORT@>
%TLS   SSLEngine on
%TLS </VirtualHost>
)";

constexpr const char* kLighttpd = R"(
server.modules = ("mod_accesslog", "mod_deflate")
server.bind = "@ADDRESS@"
server.port = @PORT@
server.document-root = "@FOLDER@/www"
server.errorlog = "@FOLDER@/error.log"
server.stat-cache-engine = "disable"
index-file.names = ("index.html")
server.upload-dirs = ("@FOLDER@/tmp")
accesslog.filename = "@FOLDER@/access.log"
accesslog.format = "{\"request\":{\"remote_port\":\"%{remote}p\",\"uri\":\"%U\"},\"status\":%s,\"size\":%B}"
mimetype.assign = ("" => "application/octet-stream")
deflate.mimetypes = ("application/octet-stream")
deflate.allowed-encodings = ("gzip")
%CLOSE server.max-keep-alive-requests = 0
%UPSTREAM server.modules += ("mod_proxy")
%UPSTREAM $HTTP["url"] =^ "/upstream/" {
%UPSTREAM   proxy.server = ("" => (("host" => "@UPSTREAM_HOST@", "port" => @UPSTREAM_PORT@)))
%UPSTREAM }
%TLS server.modules += ("mod_openssl")
%TLS $SERVER["socket"] == "@ADDRESS@:@TLS_PORT@" {
%TLS   ssl.engine = "enable"
%TLS   ssl.pemfile = "@FOLDER@/server.pem"
%TLS   ssl.privkey = "@FOLDER@/server.key"
%TLS1.2   ssl.openssl.ssl-conf-cmd = ("MinProtocol" => "TLSv1.2", "MaxProtocol" => "TLSv1.2")
%TLS1.3   ssl.openssl.ssl-conf-cmd = ("MinProtocol" => "TLSv1.3")
%TLS }
)";

constexpr const char* kCaddy = R"(
{
  admin off
  auto_https off
  storage file_system @FOLDER@/tmp
  log {
    output file @FOLDER@/error.log
  }
}
(files) {
  bind @ADDRESS@
  root * @FOLDER@/www
%CLOSE   header Connection close
  encode gzip {
    match header Content-Type *
  }
%UPSTREAM   reverse_proxy /upstream/* @UPSTREAM@ {
%UPSTREAM     flush_interval -1
%UPSTREAM   }
  file_server
  log {
    output file @FOLDER@/access.log
    format json
  }
}
http://:@PORT@ {
  import files
}
%TLS https://:@TLS_PORT@ {
%TLS   tls @FOLDER@/server.pem @FOLDER@/server.key {
%TLS1.2     protocols tls1.2 tls1.2
%TLS1.3     protocols tls1.3 tls1.3
%TLS   }
%TLS   import files
%TLS }
)";

constexpr const char* kH2o = R"(
pid-file: @FOLDER@/pid
error-log: @FOLDER@/error.log
access-log:
  path: @FOLDER@/access.log
  format: '{"request":{"remote_port":"%{remote}p","uri":"%U"},"status":%s,"size":%b}'
temp-buffer-path: @FOLDER@/tmp
num-threads: 1
compress: ON
file.mime.addtypes:
  application/octet-stream:
    extensions: [".bin"]
    is_compressible: YES
listen:
  host: @ADDRESS@
  port: @PORT@
%TLS listen:
%TLS   host: @ADDRESS@
%TLS   port: @TLS_PORT@
%TLS   ssl:
%TLS     certificate-file: @FOLDER@/server.pem
%TLS     key-file: @FOLDER@/server.key
%TLS1.2     minimum-version: TLSv1.2
%TLS1.3     minimum-version: TLSv1.3
hosts:
  default:
    paths:
%UPSTREAM       "/upstream/":
%UPSTREAM         proxy.reverse.url: http://@UPSTREAM@/upstream/
      "/":
        file.dir: @FOLDER@/www
)";

constexpr const char* kSquid = R"(
http_port @ADDRESS@:@PORT@
pid_filename @FOLDER@/pid
access_log stdio:@FOLDER@/access.log
cache_log @FOLDER@/error.log
coredump_dir @FOLDER@
visible_hostname test
cache deny all
pinger_enable off
shutdown_lifetime 0 seconds
max_filedescriptors 1024
%PASSWORD auth_param basic program /bin/sh @FOLDER@/check_password
%PASSWORD auth_param basic children 1
%PASSWORD acl users proxy_auth REQUIRED
%PASSWORD http_access deny !users
http_access allow all
)";

// squid's helper: reads "USER PASSWORD", prints OK or ERR.
constexpr const char* kCheckPassword = R"(
while read -r line; do
  if [ "$line" = "us @PASSWORD@" ]; then echo OK; else echo ERR; fi
done
)";

/// squid's service name, unique because squid keeps files by that name in /dev/shm. Letters and
/// digits only.
std::string unique_name(const Place& place) {
  std::string name = fmt::format("{}p{}", place.address, place.port);
  std::replace(name.begin(), name.end(), '.', 'x');
  return name;
}

std::string fill_in(std::string_view config, const std::map<std::string, std::string>& values,
                    const std::set<std::string>& wanted) {
  std::istringstream lines{std::string(config)};
  std::string line, filled;
  while (std::getline(lines, line)) {
    if (line.starts_with('%')) {
      const std::size_t end = line.find(' ');
      if (!wanted.contains(line.substr(1, end - 1))) continue;
      line.erase(0, end + 1);
    }
    filled += line + '\n';
  }
  for (const auto& [key, value] : values) {
    const std::string mark = '@' + key + '@';
    for (std::size_t at = 0; (at = filled.find(mark, at)) != std::string::npos;) {
      filled.replace(at, mark.size(), value);
    }
  }
  return filled;
}

}  // namespace

std::string name(Software software) {
  switch (software) {
    case Software::nginx: return "nginx";
    case Software::apache: return "apache";
    case Software::lighttpd: return "lighttpd";
    case Software::caddy: return "caddy";
    case Software::h2o: return "h2o";
    case Software::python: return "python";
    case Software::squid: return "squid";
  }
  return "";
}

ServerPlan plan_for(Software software, const Site& site, const Place& place) {
  const std::size_t colon = site.upstream.find(':');
  const std::map<std::string, std::string> values = {
      {"FOLDER", place.folder},
      {"ADDRESS", place.address},
      {"PORT", std::to_string(place.port)},
      {"TLS_PORT", std::to_string(place.tls_port)},
      {"MODULES", "/usr/lib/apache2/modules"},
      {"UPSTREAM", site.upstream},
      {"UPSTREAM_HOST", site.upstream.substr(0, colon)},
      {"UPSTREAM_PORT", colon == std::string::npos ? "" : site.upstream.substr(colon + 1)},
      {"HTTP2", site.http2 ? "http2" : ""},
      {"REQUESTS", std::to_string(site.requests_a_connection)},
      {"PASSWORD", site.password}};
  std::set<std::string> wanted;
  if (!site.certificate.empty()) {
    wanted.insert("TLS");
    wanted.insert(site.tls == TlsVersions::both       ? "TLSANY"
                  : site.tls == TlsVersions::only_1_2 ? "TLS1.2"
                                                      : "TLS1.3");
  }
  if (!site.upstream.empty()) wanted.insert("UPSTREAM");
  if (!site.keep_alive) wanted.insert("CLOSE");
  if (!site.password.empty()) wanted.insert("PASSWORD");

  const std::string file = place.folder + "/server.conf";
  using Files = std::map<std::string, std::string>;
  const auto from = [&](const char* text) { return fill_in(text, values, wanted); };
  switch (software) {
    case Software::nginx:
      return {"/usr/sbin/nginx",
              "nginx-light",
              {"-e", place.folder + "/error.log", "-c", file},
              Files{{"server.conf", from(kNginx)}},
              SIGQUIT};
    case Software::apache:
      return {"/usr/sbin/apache2",
              "apache2-bin",
              {"-DFOREGROUND", "-f", file},
              Files{{"server.conf", from(kApache)}},
              SIGTERM};
    case Software::lighttpd:
      return {"/usr/sbin/lighttpd",
              "lighttpd, lighttpd-mod-openssl, lighttpd-mod-deflate",
              {"-D", "-f", file},
              Files{{"server.conf", from(kLighttpd)}},
              SIGINT};
    case Software::caddy:
      return {"/usr/bin/caddy",
              "caddy",
              {"run", "--adapter", "caddyfile", "--config", file},
              Files{{"server.conf", from(kCaddy)}},
              SIGTERM};
    case Software::h2o:
      return {"/usr/bin/h2o", "h2o", {"-c", file}, Files{{"server.conf", from(kH2o)}}, SIGTERM};
    case Software::python:
      return {"/usr/bin/python3",
              "python3",
              {"-u", "-m", "http.server", "--bind", place.address, "--directory",
               place.folder + "/www", std::to_string(place.port)},
              Files{},
              SIGTERM};
    case Software::squid:
      return {"/usr/sbin/squid",
              "squid",
              {"-N", "--foreground", "-n", unique_name(place), "-f", file},
              Files{{"server.conf", from(kSquid)}, {"check_password", from(kCheckPassword)}},
              SIGTERM};
  }
  return {};
}

}  // namespace fanfetch::support
