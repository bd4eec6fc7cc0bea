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

// Every function this room calls, once.
#define WAYBILL_LIBGIT2_FUNCTIONS(X)  \
  X(git_blob_create_from_buffer)      \
  X(git_blob_free)                    \
  X(git_blob_lookup)                  \
  X(git_blob_rawcontent)              \
  X(git_blob_rawsize)                 \
  X(git_branch_is_checked_out)        \
  X(git_buf_dispose)                  \
  X(git_commit_create_buffer)         \
  X(git_commit_create_with_signature) \
  X(git_commit_free)                  \
  X(git_commit_lookup)                \
  X(git_commit_tree)                  \
  X(git_commit_tree_id)               \
  X(git_config_add_file_ondisk)       \
  X(git_config_find_global)           \
  X(git_config_find_system)           \
  X(git_config_find_xdg)              \
  X(git_config_free)                  \
  X(git_config_get_path)              \
  X(git_config_get_string_buf)        \
  X(git_config_new)                   \
  X(git_diff_free)                    \
  X(git_diff_get_delta)               \
  X(git_diff_num_deltas)              \
  X(git_diff_options_init)            \
  X(git_diff_to_buf)                  \
  X(git_diff_tree_to_tree)            \
  X(git_error_last)                   \
  X(git_error_set_str)                \
  X(git_fetch_options_init)           \
  X(git_libgit2_init)                 \
  X(git_libgit2_opts)                 \
  X(git_mempack_new)                  \
  X(git_odb_add_backend)              \
  X(git_odb_exists_ext)               \
  X(git_odb_free)                     \
  X(git_odb_open)                     \
  X(git_odb_write)                    \
  X(git_oid_equal)                    \
  X(git_oid_tostr)                    \
  X(git_packbuilder_free)             \
  X(git_packbuilder_insert)           \
  X(git_packbuilder_new)              \
  X(git_packbuilder_set_threads)      \
  X(git_packbuilder_write)            \
  X(git_push_options_init)            \
  X(git_reference_create)             \
  X(git_reference_create_matching)    \
  X(git_reference_free)               \
  X(git_reference_list)               \
  X(git_reference_lookup)             \
  X(git_reference_name_is_valid)      \
  X(git_reference_name_to_id)         \
  X(git_reference_symbolic_target)    \
  X(git_remote_connect_ext)           \
  X(git_remote_connect_options_init)  \
  X(git_remote_create_options_init)   \
  X(git_remote_create_with_opts)      \
  X(git_remote_default_branch)        \
  X(git_remote_disconnect)            \
  X(git_remote_download)              \
  X(git_remote_free)                  \
  X(git_remote_ls)                    \
  X(git_remote_push)                  \
  X(git_repository_commondir)         \
  X(git_repository_config_snapshot)   \
  X(git_repository_free)              \
  X(git_repository_init)              \
  X(git_repository_is_bare)           \
  X(git_repository_odb)               \
  X(git_repository_open_ext)          \
  X(git_signature_free)               \
  X(git_signature_new)                \
  X(git_strarray_dispose)             \
  X(git_transport_smart)              \
  X(git_tree_entry_byname)            \
  X(git_tree_entry_bypath)            \
  X(git_tree_entry_filemode)          \
  X(git_tree_entry_free)              \
  X(git_tree_entry_id)                \
  X(git_tree_entry_type)              \
  X(git_tree_free)                    \
  X(git_tree_id)                      \
  X(git_tree_lookup)                  \
  X(git_treebuilder_entrycount)       \
  X(git_treebuilder_free)             \
  X(git_treebuilder_get)              \
  X(git_treebuilder_insert)           \
  X(git_treebuilder_new)              \
  X(git_treebuilder_remove)           \
  X(git_treebuilder_write)

namespace waybill::git {

struct Library {
#define WAYBILL_DECLARE(name) decltype(::name)* name;
  WAYBILL_LIBGIT2_FUNCTIONS(WAYBILL_DECLARE)
#undef WAYBILL_DECLARE
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
