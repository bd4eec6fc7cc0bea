#pragma once
// Ownership of C resources: a unique_ptr whose deleter is part of the type, and an adapter for out-parameters.
//
//   using YamlParser = Handle<FILE, std::fclose>;
//   Handle<git_tree, git_tree_free> tree;
//   check(git_commit_tree(Out(tree), commit));
#include <memory>
#include <utility>

namespace waybill {

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* pointer) const noexcept {
    static_cast<void>(Free(pointer));
  }
};

template <typename T, auto Free>
using Handle = std::unique_ptr<T, Deleter<Free>>;

// Gives a C function a T** to fill; the handle owns the result when the full expression ends.
template <typename Owner>
class Out {
 public:
  explicit Out(Owner& owner) noexcept : owner_(owner) {}
  Out(const Out&) = delete;
  Out& operator=(const Out&) = delete;
  ~Out() {
    if (raw_ != nullptr) owner_.reset(raw_);
  }
  operator typename Owner::pointer *() noexcept { return &raw_; }  // NOLINT(google-explicit-constructor): its only use

 private:
  Owner& owner_;
  typename Owner::pointer raw_ = nullptr;
};

}  // namespace waybill
