#include "tests/support/gitea_server.h"

#include <fmt/core.h>

#include <chrono>
#include <stdexcept>
#include <thread>

#include "core/error.h"
#include "core/file_system.h"
#include "core/json/reader.h"
#include "core/secret.h"
#include "core/stream.h"

namespace fs = std::filesystem;

namespace waybill::testing {
namespace {

// Gitea's hooks inherit it; without it, Gitea refuses to run as root.
const std::map<std::string, std::string> kEnvironment = {{"GITEA_I_AM_BEING_UNSAFE_RUNNING_AS_ROOT", "true"}};

std::string last_line(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

}  // namespace

GiteaServer::GiteaServer(fs::path folder)
    : folder_(std::move(folder)), http_port_(free_port()), ssh_port_(free_port()), client_(http::make_client({})) {
  fs::create_directories(folder_);
  const fs::path program = find_program("gitea");
  const std::string words(64, '5');  // secrets of a server that lives for one test
  write_file(folder_ / "app.ini",
             fmt::format("RUN_MODE = prod\nWORK_PATH = {0}\n"
                         "[server]\nPROTOCOL = http\nHTTP_ADDR = 127.0.0.1\nHTTP_PORT = {1}\nROOT_URL = {2}/\n"
                         "OFFLINE_MODE = true\nSTATIC_ROOT_PATH = {3}\nSTART_SSH_SERVER = true\n"
                         "BUILTIN_SSH_SERVER_USER = git\nSSH_DOMAIN = 127.0.0.1\nSSH_LISTEN_HOST = 127.0.0.1\n"
                         "SSH_LISTEN_PORT = {4}\nSSH_PORT = {4}\n"
                         "[database]\nDB_TYPE = sqlite3\nPATH = {0}/gitea.db\n"
                         "[repository]\nROOT = {0}/repositories\nDEFAULT_BRANCH = main\n"
                         "[security]\nINSTALL_LOCK = true\nSECRET_KEY = {5}\nINTERNAL_TOKEN = {5}{5}\n"
                         "PASSWORD_HASH_ALGO = pbkdf2$1$1\n"
                         "[service]\nDISABLE_REGISTRATION = true\n[actions]\nENABLED = false\n"
                         "[log]\nMODE = file\nLEVEL = Warn\nROOT_PATH = {0}/log\n",
                         folder_.string(), http_port_, url(),
                         fs::canonical(program.parent_path().parent_path() / "gitea").string(), ssh_port_, words),
             Overwrite::Yes, 0600);
  administer({"migrate"});
  administer({"admin", "user", "create", "--admin", "--username", "owner", "--password", "owner-word-5", "--email",
              "owner@example.invalid", "--must-change-password=false"});
  token_ = make_token("tests", "all");
  server_ = std::make_unique<Background>(
      std::vector<std::string>{program.string(), "web", "--config", (folder_ / "app.ini").string()},
      (folder_ / "web.log").string(), ProcessOptions{.input = {}, .folder = {}, .environment = kEnvironment});
  if (!wait_for_port(http_port_, std::chrono::seconds(60)) || !wait_for_port(ssh_port_, std::chrono::seconds(60)))
    throw std::runtime_error("gitea does not start: " + read_file(folder_ / "web.log"));
}

std::string GiteaServer::url() const { return fmt::format("http://127.0.0.1:{}", http_port_); }
std::string GiteaServer::ssh_url(const std::string& path) const {
  return fmt::format("ssh://git@127.0.0.1:{}{}", ssh_port_, path);
}

std::string GiteaServer::host_key() const {
  const ProcessResult scanned = run({"ssh-keyscan", "-p", std::to_string(ssh_port_), "127.0.0.1"});
  if (scanned.out.empty()) throw std::runtime_error("ssh-keyscan: " + scanned.err);
  return scanned.out;
}

std::string GiteaServer::make_token(const std::string& name, const std::string& scopes) const {
  return last_line(administer({"admin", "user", "generate-access-token", "--username", "owner", "--token-name", name,
                               "--scopes", scopes, "--raw"}));
}

std::string GiteaServer::administer(const std::vector<std::string>& arguments) const {
  std::vector<std::string> command = {find_program("gitea")};  // it looks for itself by this name
  command.insert(command.end(), arguments.begin(), arguments.end());
  command.insert(command.end(), {"--config", (folder_ / "app.ini").string()});
  const ProcessResult done = run(command, {.environment = kEnvironment});
  if (done.exit_status != 0) throw std::runtime_error("gitea " + arguments[0] + ": " + done.out + done.err);
  return done.out;
}

GiteaServer::Answer GiteaServer::call(const std::string& method, const std::string& path,
                                      const std::string& body) const {
  const SecretBytes authorization = SecretBytes::copy_of("token " + token_);
  SpanSource source(body);
  http::Request request;
  request.method = method;
  request.url = url() + "/api/v1" + path;
  request.headers = {{"Content-Type", "application/json"}};
  if (!body.empty()) request.body = &source;
  request.body_size = body.size();
  request.authorization = &authorization;
  const http::Response response = client_->send(request);
  return {response.status, response.body.empty() ? Value() : json::parse(response.body, "gitea's answer")};
}

}  // namespace waybill::testing
