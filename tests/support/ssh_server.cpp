#include "tests/support/ssh_server.h"

#include <fmt/core.h>
#include <pwd.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

#include "core/file_system.h"

namespace fs = std::filesystem;

namespace waybill::testing {
namespace {

std::string account() {
  const passwd* entry = ::getpwuid(::geteuid());
  if (entry == nullptr) throw std::runtime_error("this account has no name");
  return entry->pw_name;
}

void generate(const fs::path& file, const std::string& type, const std::string& passphrase) {
  const ProcessResult made =
      run({"ssh-keygen", "-q", "-t", type, "-N", passphrase, "-C", "tests", "-f", file.string()});
  if (made.exit_status != 0) throw std::runtime_error("ssh-keygen: " + made.err);
}

void append(const fs::path& file, const std::string& text) { std::ofstream(file, std::ios::app) << text; }

}  // namespace

SshServer::SshServer(fs::path folder) : folder_(std::move(folder)), port_(free_port()) {
  fs::create_directories(folder_);
  generate(folder_ / "host", "ed25519", {});
  append(folder_ / "authorized", "");
  append(folder_ / "known_hosts", fmt::format("[127.0.0.1]:{} {}", port_, read_file(folder_ / "host.pub")));
  // A running system makes this folder when its own server starts; as root sshd insists on it.
  if (::geteuid() == 0) fs::create_directories("/run/sshd");
  append(folder_ / "sshd_config", fmt::format("ListenAddress 127.0.0.1:{}\n"
                                              "HostKey {}\n"
                                              "AuthorizedKeysFile {}\n"
                                              "PidFile none\nUsePAM no\nStrictModes no\nPermitRootLogin yes\n"
                                              "PasswordAuthentication no\nKbdInteractiveAuthentication no\n",
                                              port_, (folder_ / "host").string(), (folder_ / "authorized").string()));
  // sshd wants to be started by its full path, because it starts itself again for each connection.
  server_ = std::make_unique<Background>(
      std::vector<std::string>{find_program("sshd"), "-D", "-e", "-f", (folder_ / "sshd_config").string()},
      (folder_ / "log").string());
  if (!wait_for_port(port_)) throw std::runtime_error("sshd does not start: " + log());
}

std::string SshServer::url(const std::string& path) const {
  return fmt::format("ssh://{}@127.0.0.1:{}{}", account(), port_, path);
}

fs::path SshServer::wrong_known_hosts() const {
  const fs::path file = folder_ / "wrong_known_hosts";
  generate(folder_ / "other-host", "ed25519", {});
  append(file, fmt::format("[127.0.0.1]:{} {}", port_, read_file(folder_ / "other-host.pub")));
  return file;
}

fs::path SshServer::make_key(const std::string& name, const std::string& type, bool allowed,
                             const std::string& passphrase) const {
  const fs::path file = folder_ / name;
  generate(file, type, passphrase);
  if (allowed) append(folder_ / "authorized", read_file(file.string() + ".pub"));
  return file;
}

std::string SshServer::log() const { return read_file(folder_ / "log"); }

}  // namespace waybill::testing
