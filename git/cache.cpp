#include "git/cache.h"

#include <fmt/core.h>

#include <vector>

#include "core/digest.h"

namespace fs = std::filesystem;

namespace waybill::git {
namespace {

constexpr std::size_t kMostPacks = 200;

// A branch name as one flat reference: names that cannot exist side by side on the server at one time may do so over
// time.
std::string reference_for(const std::string& branch) { return "refs/waybill/tips/" + sha256(branch).hex(); }

std::size_t count_packs(const fs::path& repository) {
  std::error_code ignored;
  std::size_t count = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(repository / "objects/pack", ignored))
    count += entry.path().extension() == ".pack";
  return count;
}

// A killed process leaves locks and half a pack. Whoever holds our own lock knows that nobody is at work here.
void remove_leftovers(const fs::path& repository) {
  std::error_code ignored;
  std::vector<fs::path> leftovers;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(repository, ignored)) {
    const fs::path& path = entry.path();
    const bool is_pack = path.parent_path().filename() == "pack" && !path.filename().string().starts_with("pack-");
    if (entry.is_regular_file(ignored) && (path.extension() == ".lock" || is_pack)) leftovers.push_back(path);
  }
  for (const fs::path& path : leftovers) fs::remove(path, ignored);
}

}  // namespace

Cache::Cache(const fs::path& folder, const std::string& address, const Sleep& sleep) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw system_error(error.value(), fmt::format("cannot make the folder '{}'", folder.string()));
  const std::string name = sha256(address).hex();
  path_ = folder / (name + ".git");
  lock_ = lock_file(folder / (name + ".lock"), sleep);
  remove_leftovers(path_);
  if (count_packs(path_) > kMostPacks) fs::remove_all(path_, error);
  try {
    open();
  } catch (const Error&) {
    clear();
  }
}

void Cache::open() {
  const Library& git = library();
  std::error_code ignored;
  if (fs::exists(path_ / "HEAD", ignored)) {
    const unsigned flags = GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_BARE;
    check(git.git_repository_open_ext(Out(repository_), path_.c_str(), flags, nullptr),
          "cannot open the cache of the git server");
  } else {
    check(git.git_repository_init(Out(repository_), path_.c_str(), 1), "cannot make a cache for the git server");
  }
  objects_ = std::make_unique<Objects>(*repository_);
}

void Cache::clear() {
  objects_.reset();
  repository_.reset();
  std::error_code error;
  fs::remove_all(path_, error);
  if (error) throw system_error(error.value(), fmt::format("cannot remove the damaged cache '{}'", path_.string()));
  open();
}

bool Cache::holds(const std::string& branch, const git_oid& commit) const {
  const Library& git = library();
  git_oid id;
  return git.git_reference_name_to_id(&id, repository_.get(), reference_for(branch).c_str()) == 0 && same(id, commit);
}

void Cache::remember(const std::string& branch, const git_oid& commit) {
  Owned<git_reference> reference;
  const int result = library().git_reference_create(Out(reference), repository_.get(), reference_for(branch).c_str(),
                                                    &commit, 1, nullptr);
  if (result < 0)
    throw Error(ErrorCode::Unclassified,
                fmt::format("cannot note a branch in the cache of the git server: {}", last_message()));
}

}  // namespace waybill::git
