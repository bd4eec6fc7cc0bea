// The user's git configuration through libgit2; apart from identity.cpp, which needs no library.
#include <mutex>

#include "git/identity.h"
#include "git/libgit2.h"

namespace waybill::git {
namespace {

class Configuration {
 public:
  explicit Configuration(Lookup environment) : environment_(std::move(environment)) {}

  std::optional<std::string> get(std::string_view key) {
    const std::lock_guard lock(mutex_);
    if (config_ == nullptr) open();
    Buffer value;
    const int result = library().git_config_get_string_buf(value.out(), config_.get(), std::string(key).c_str());
    if (result == GIT_ENOTFOUND) return std::nullopt;
    check(result, "cannot read git's configuration");
    return value.text().empty() ? std::nullopt : std::optional(value.text());
  }

 private:
  using Find = int(git_buf*);

  void open() {
    const Library& git = library();
    check(git.git_config_new(Out(config_)), "cannot open git's configuration");
    if (!environment_("GIT_CONFIG_NOSYSTEM")) add_found(git.git_config_find_system, GIT_CONFIG_LEVEL_SYSTEM);
    if (const auto file = environment_("GIT_CONFIG_GLOBAL")) {
      add(*file, GIT_CONFIG_LEVEL_GLOBAL);
      return;
    }
    add_found(git.git_config_find_xdg, GIT_CONFIG_LEVEL_XDG);
    add_found(git.git_config_find_global, GIT_CONFIG_LEVEL_GLOBAL);
  }

  void add_found(Find* find, git_config_level_t level) {
    Buffer path;
    if (find(path.out()) == 0) add(path.text(), level);
  }

  void add(const std::string& file, git_config_level_t level) {
    const int result = library().git_config_add_file_ondisk(config_.get(), file.c_str(), level, nullptr, 0);
    if (result >= 0) return;
    config_.reset();
    throw Error(ErrorCode::InvalidInput, "cannot read git's configuration file '" + file + "': " + last_message());
  }

  Lookup environment_;
  std::mutex mutex_;
  Owned<git_config> config_;
};

}  // namespace

Lookup git_configuration(const Lookup& environment) {
  return [shared = std::make_shared<Configuration>(environment)](std::string_view key) { return shared->get(key); };
}

}  // namespace waybill::git
