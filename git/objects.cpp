#include "git/objects.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

namespace fs = std::filesystem;

namespace waybill::git {
namespace {

constexpr int kBeforeDisk = 1000;  // libgit2's own stores have the priorities 1 and 2

void check_read(int result, const git_oid& id) {
  if (result >= 0) return;
  throw Error(ErrorCode::Unclassified, fmt::format("the git object {} cannot be read: {}", to_hex(id), last_message()))
      .hint("'git fsck' says what is wrong with the repository");
}

Owned<git_signature> signature_of(const Signature& person) {
  Owned<git_signature> result;
  check(library().git_signature_new(Out(result), person.name.c_str(), person.email.c_str(), person.when.seconds,
                                    person.when.offset_minutes),
        fmt::format("cannot name '{}' in a commit", person.name));
  return result;
}

// What processes that were killed while they packed left. libgit2 gives a pack its name last, and 'git gc' does not
// know the one that it has until then. Nobody packs for a day.
void remove_stale_packs(const fs::path& folder) {
  constexpr std::chrono::hours kLongestPacking{24};
  std::error_code ignored;
  for (fs::directory_iterator entry(folder, ignored), end; entry != end; entry.increment(ignored)) {
    if (!entry->path().filename().string().starts_with("pack_git2_")) continue;
    const auto written = entry->last_write_time(ignored);
    if (!ignored && written < fs::file_time_type::clock::now() - kLongestPacking) fs::remove(entry->path(), ignored);
  }
}

}  // namespace

Objects::Objects(git_repository& repository) : repository_(repository) {
  const Library& git = library();
  check(git.git_repository_odb(Out(all_), &repository), "cannot open the objects of the repository");
  const std::string folder = objects_folder();
  check(git.git_odb_open(Out(disk_), folder.c_str()), "cannot open the objects of the repository");
  git_odb_backend* memory = nullptr;
  check(git.git_mempack_new(&memory), "cannot keep objects in memory");
  // Owned by the database from here on.
  check(git.git_odb_add_backend(all_.get(), memory, kBeforeDisk), "cannot keep objects in memory");
}

void Objects::remember(const git_oid& id) {
  if (library().git_odb_exists_ext(disk_.get(), &id, GIT_ODB_LOOKUP_NO_REFRESH) == 0) fresh_.push_back(id);
}

git_oid Objects::write_blob(std::string_view bytes) {
  git_oid id;
  check(library().git_blob_create_from_buffer(&id, &repository_, bytes.data(), bytes.size()), "cannot make a git blob");
  remember(id);
  return id;
}

git_oid Objects::write_tree(git_treebuilder& builder) {
  git_oid id;
  check(library().git_treebuilder_write(&id, &builder), "cannot make a git tree");
  remember(id);
  return id;
}

std::string Objects::commit_bytes(const CommitContent& content) const {
  const Library& git = library();
  const Owned<git_tree> tree = read_tree(repository_, content.tree);
  std::vector<Owned<git_commit>> parents;
  std::vector<const git_commit*> pointers;
  for (const git_oid& id : content.parents) {
    check_read(git.git_commit_lookup(Out(parents.emplace_back()), &repository_, &id), id);
    pointers.push_back(parents.back().get());
  }
  Buffer bytes;
  check(git.git_commit_create_buffer(bytes.out(), &repository_, signature_of(content.author).get(),
                                     signature_of(content.committer).get(), nullptr, content.message.c_str(),
                                     tree.get(), pointers.size(), pointers.data()),
        "cannot make a git commit");
  return bytes.text();
}

git_oid Objects::write_commit(const std::string& bytes, const std::string& signature) {
  const Library& git = library();
  git_oid id;
  const int result =
      signature.empty()
          ? git.git_odb_write(&id, all_.get(), bytes.data(), bytes.size(), GIT_OBJECT_COMMIT)
          : git.git_commit_create_with_signature(&id, &repository_, bytes.c_str(), signature.c_str(), nullptr);
  check(result, "cannot make a git commit");
  remember(id);
  return id;
}

std::string Objects::objects_folder() const {
  return std::string(library().git_repository_commondir(&repository_)) + "objects";
}

void Objects::flush() {
  if (fresh_.empty()) return;
  remove_stale_packs(fs::path(objects_folder()) / "pack");
  const Library& git = library();
  Owned<git_packbuilder> pack;
  check(git.git_packbuilder_new(Out(pack), &repository_), "cannot make a git pack");
  git.git_packbuilder_set_threads(pack.get(), 1);
  for (const git_oid& id : fresh_)
    check(git.git_packbuilder_insert(pack.get(), &id, nullptr), "cannot make a git pack");
  check(git.git_packbuilder_write(pack.get(), nullptr, 0, nullptr, nullptr),
        "cannot write a git pack into the repository");
  fresh_.clear();
}

Owned<git_tree> tree_of_commit(git_repository& repository, const git_oid& commit) {
  Owned<git_commit> found;
  check_read(library().git_commit_lookup(Out(found), &repository, &commit), commit);
  Owned<git_tree> tree;
  check_read(library().git_commit_tree(Out(tree), found.get()), commit);
  return tree;
}

Owned<git_tree> read_tree(git_repository& repository, const git_oid& id) {
  Owned<git_tree> tree;
  check_read(library().git_tree_lookup(Out(tree), &repository, &id), id);
  return tree;
}

std::string read_blob(git_repository& repository, const git_oid& id, std::size_t limit, std::string_view name) {
  const Library& git = library();
  Owned<git_blob> blob;
  check_read(git.git_blob_lookup(Out(blob), &repository, &id), id);
  const std::uint64_t size = git.git_blob_rawsize(blob.get());
  if (size > limit) throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is larger than {} bytes", name, limit));
  return {static_cast<const char*>(git.git_blob_rawcontent(blob.get())), static_cast<std::size_t>(size)};
}

}  // namespace waybill::git
