#pragma once
// libgit2, opened on first use (docs/decisions/0010): a table of the functions that this room calls, the one check of
// their results, and owners whose deleters go through the table. For the .cpp files of this room only: nobody else sees
// libgit2.
//
//   const Library& git = library();
//   Owned<git_repository> repository;
//   check(git.git_repository_open(Out(repository), path), "cannot open the repository");
#include <git2.h>
#include <git2/sys/mempack.h>
#include <git2/sys/odb_backend.h>
#include <git2/sys/repository.h>
#include <git2/sys/transport.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/dynamic_library.h"
#include "core/error.h"
#include "core/handle.h"

namespace waybill::git {

// Every function this room calls, once.
struct Library {
  DynamicLibrary library;
  WAYBILL_LIBRARY_FUNCTION(git_blob_create_from_buffer);
  WAYBILL_LIBRARY_FUNCTION(git_blob_free);
  WAYBILL_LIBRARY_FUNCTION(git_blob_lookup);
  WAYBILL_LIBRARY_FUNCTION(git_blob_rawcontent);
  WAYBILL_LIBRARY_FUNCTION(git_blob_rawsize);
  WAYBILL_LIBRARY_FUNCTION(git_branch_is_checked_out);
  WAYBILL_LIBRARY_FUNCTION(git_buf_dispose);
  WAYBILL_LIBRARY_FUNCTION(git_commit_create_buffer);
  WAYBILL_LIBRARY_FUNCTION(git_commit_create_with_signature);
  WAYBILL_LIBRARY_FUNCTION(git_commit_free);
  WAYBILL_LIBRARY_FUNCTION(git_commit_lookup);
  WAYBILL_LIBRARY_FUNCTION(git_commit_tree);
  WAYBILL_LIBRARY_FUNCTION(git_commit_tree_id);
  WAYBILL_LIBRARY_FUNCTION(git_config_add_file_ondisk);
  WAYBILL_LIBRARY_FUNCTION(git_config_find_global);
  WAYBILL_LIBRARY_FUNCTION(git_config_find_system);
  WAYBILL_LIBRARY_FUNCTION(git_config_find_xdg);
  WAYBILL_LIBRARY_FUNCTION(git_config_free);
  WAYBILL_LIBRARY_FUNCTION(git_config_get_path);
  WAYBILL_LIBRARY_FUNCTION(git_config_get_string_buf);
  WAYBILL_LIBRARY_FUNCTION(git_config_new);
  WAYBILL_LIBRARY_FUNCTION(git_diff_free);
  WAYBILL_LIBRARY_FUNCTION(git_diff_get_delta);
  WAYBILL_LIBRARY_FUNCTION(git_diff_num_deltas);
  WAYBILL_LIBRARY_FUNCTION(git_diff_options_init);
  WAYBILL_LIBRARY_FUNCTION(git_diff_to_buf);
  WAYBILL_LIBRARY_FUNCTION(git_diff_tree_to_tree);
  WAYBILL_LIBRARY_FUNCTION(git_error_last);
  WAYBILL_LIBRARY_FUNCTION(git_error_set_str);
  WAYBILL_LIBRARY_FUNCTION(git_fetch_options_init);
  WAYBILL_LIBRARY_FUNCTION(git_libgit2_init);
  WAYBILL_LIBRARY_FUNCTION(git_libgit2_opts);
  WAYBILL_LIBRARY_FUNCTION(git_mempack_new);
  WAYBILL_LIBRARY_FUNCTION(git_odb_add_backend);
  WAYBILL_LIBRARY_FUNCTION(git_odb_exists_ext);
  WAYBILL_LIBRARY_FUNCTION(git_odb_free);
  WAYBILL_LIBRARY_FUNCTION(git_odb_open);
  WAYBILL_LIBRARY_FUNCTION(git_odb_write);
  WAYBILL_LIBRARY_FUNCTION(git_oid_equal);
  WAYBILL_LIBRARY_FUNCTION(git_oid_tostr);
  WAYBILL_LIBRARY_FUNCTION(git_packbuilder_free);
  WAYBILL_LIBRARY_FUNCTION(git_packbuilder_insert);
  WAYBILL_LIBRARY_FUNCTION(git_packbuilder_new);
  WAYBILL_LIBRARY_FUNCTION(git_packbuilder_set_threads);
  WAYBILL_LIBRARY_FUNCTION(git_packbuilder_write);
  WAYBILL_LIBRARY_FUNCTION(git_push_options_init);
  WAYBILL_LIBRARY_FUNCTION(git_reference_create);
  WAYBILL_LIBRARY_FUNCTION(git_reference_create_matching);
  WAYBILL_LIBRARY_FUNCTION(git_reference_free);
  WAYBILL_LIBRARY_FUNCTION(git_reference_list);
  WAYBILL_LIBRARY_FUNCTION(git_reference_lookup);
  WAYBILL_LIBRARY_FUNCTION(git_reference_name_is_valid);
  WAYBILL_LIBRARY_FUNCTION(git_reference_name_to_id);
  WAYBILL_LIBRARY_FUNCTION(git_reference_symbolic_target);
  WAYBILL_LIBRARY_FUNCTION(git_remote_connect_ext);
  WAYBILL_LIBRARY_FUNCTION(git_remote_connect_options_init);
  WAYBILL_LIBRARY_FUNCTION(git_remote_create_options_init);
  WAYBILL_LIBRARY_FUNCTION(git_remote_create_with_opts);
  WAYBILL_LIBRARY_FUNCTION(git_remote_default_branch);
  WAYBILL_LIBRARY_FUNCTION(git_remote_disconnect);
  WAYBILL_LIBRARY_FUNCTION(git_remote_download);
  WAYBILL_LIBRARY_FUNCTION(git_remote_free);
  WAYBILL_LIBRARY_FUNCTION(git_remote_ls);
  WAYBILL_LIBRARY_FUNCTION(git_remote_push);
  WAYBILL_LIBRARY_FUNCTION(git_repository_commondir);
  WAYBILL_LIBRARY_FUNCTION(git_repository_config_snapshot);
  WAYBILL_LIBRARY_FUNCTION(git_repository_free);
  WAYBILL_LIBRARY_FUNCTION(git_repository_init);
  WAYBILL_LIBRARY_FUNCTION(git_repository_is_bare);
  WAYBILL_LIBRARY_FUNCTION(git_repository_odb);
  WAYBILL_LIBRARY_FUNCTION(git_repository_open_ext);
  WAYBILL_LIBRARY_FUNCTION(git_signature_free);
  WAYBILL_LIBRARY_FUNCTION(git_signature_new);
  WAYBILL_LIBRARY_FUNCTION(git_strarray_dispose);
  WAYBILL_LIBRARY_FUNCTION(git_transport_smart);
  WAYBILL_LIBRARY_FUNCTION(git_tree_entry_byname);
  WAYBILL_LIBRARY_FUNCTION(git_tree_entry_bypath);
  WAYBILL_LIBRARY_FUNCTION(git_tree_entry_filemode);
  WAYBILL_LIBRARY_FUNCTION(git_tree_entry_free);
  WAYBILL_LIBRARY_FUNCTION(git_tree_entry_id);
  WAYBILL_LIBRARY_FUNCTION(git_tree_entry_type);
  WAYBILL_LIBRARY_FUNCTION(git_tree_free);
  WAYBILL_LIBRARY_FUNCTION(git_tree_id);
  WAYBILL_LIBRARY_FUNCTION(git_tree_lookup);
  WAYBILL_LIBRARY_FUNCTION(git_treebuilder_entrycount);
  WAYBILL_LIBRARY_FUNCTION(git_treebuilder_free);
  WAYBILL_LIBRARY_FUNCTION(git_treebuilder_get);
  WAYBILL_LIBRARY_FUNCTION(git_treebuilder_insert);
  WAYBILL_LIBRARY_FUNCTION(git_treebuilder_new);
  WAYBILL_LIBRARY_FUNCTION(git_treebuilder_remove);
  WAYBILL_LIBRARY_FUNCTION(git_treebuilder_write);
};

// Opens and initialises the library at the first call (safe from several threads). Throws Unavailable without it.
[[nodiscard]] const Library& library();

// Returns the result unless it is negative; then throws what classify_failure makes of it and of libgit2's last
// message.
int check(int result, std::string_view what);

// libgit2's own words for the last failure of this thread, as one clean line.
[[nodiscard]] std::string last_message();

template <typename T>
struct Free;
#define WAYBILL_FREED_BY(type, function)                                           \
  template <>                                                                      \
  struct Free<type> {                                                              \
    void operator()(type* pointer) const noexcept { library().function(pointer); } \
  };
WAYBILL_FREED_BY(git_blob, git_blob_free)
WAYBILL_FREED_BY(git_commit, git_commit_free)
WAYBILL_FREED_BY(git_config, git_config_free)
WAYBILL_FREED_BY(git_diff, git_diff_free)
WAYBILL_FREED_BY(git_odb, git_odb_free)
WAYBILL_FREED_BY(git_packbuilder, git_packbuilder_free)
WAYBILL_FREED_BY(git_reference, git_reference_free)
WAYBILL_FREED_BY(git_remote, git_remote_free)
WAYBILL_FREED_BY(git_repository, git_repository_free)
WAYBILL_FREED_BY(git_signature, git_signature_free)
WAYBILL_FREED_BY(git_tree, git_tree_free)
WAYBILL_FREED_BY(git_tree_entry, git_tree_entry_free)
WAYBILL_FREED_BY(git_treebuilder, git_treebuilder_free)
#undef WAYBILL_FREED_BY

template <typename T>
using Owned = std::unique_ptr<T, Free<T>>;

// A buffer that libgit2 fills.
class Buffer {
 public:
  Buffer() noexcept = default;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { library().git_buf_dispose(&buffer_); }
  [[nodiscard]] git_buf* out() noexcept { return &buffer_; }
  [[nodiscard]] std::string text() const { return {buffer_.ptr, buffer_.size}; }

 private:
  git_buf buffer_ = {nullptr, 0, 0};
};

[[nodiscard]] std::string to_hex(const git_oid& id);
// Whether both are there and equal, or both are not.
[[nodiscard]] bool same(const std::optional<git_oid>& left, const std::optional<git_oid>& right);

}  // namespace waybill::git
