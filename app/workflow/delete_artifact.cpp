#include "app/workflow/delete_artifact.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"
#include "oci/layout.h"
#include "oci/registry.h"

namespace waybill {
namespace {

// All tags that name it, sorted.
std::vector<std::string> tags_of(oci::StoreReader& store, const Digest& digest) {
  std::vector<std::string> result;
  for (const std::string& tag : store.list_tags()) {
    const auto named = store.resolve(tag);
    if (named && named->digest == digest) result.push_back(tag);
  }
  return result;
}

class Deletion {
 public:
  Deletion(const DeleteRequest& request, const Services& services)
      : request_(request), services_(services), target_(oci::parse_target(request.target)) {
    if (!oci::tag_of(target_) && !oci::digest_of(target_)) {
      throw Error(ErrorCode::InvalidInput, fmt::format("'{}' names neither a tag nor a digest", request.target))
          .hint("write …:TAG for a tag alone, …@sha256:… for the artifact with all its tags");
    }
    if (request.prune && !std::holds_alternative<oci::LayoutTarget>(target_))
      throw Error(ErrorCode::InvalidInput, "--prune is for layouts; a registry collects its garbage itself");
  }

  DeleteResult run() {
    store_ = open_store(target_, MissingLayout::Refuse, request_.connection, services_);
    const std::optional<std::string> tag = oci::tag_of(target_);
    const Digest digest = oci::resolve(*store_, tag, oci::digest_of(target_)).digest;
    DeleteResult result{request_.target, digest.to_string(), {}, false, 0, 0};
    if (tag) {
      confirm(fmt::format("Delete the tag '{}' ({}) of '{}'?", *tag, digest.to_string(), store_->name()));
      delete_tag(*tag, digest, result);
    } else {
      result.tags = tags_of(*store_, digest);
      if (!request_.force) refuse_loss(result.tags);
      confirm(fmt::format("Delete {} of '{}'{}?", digest.to_string(), store_->name(),
                          result.tags.empty() ? "" : fmt::format(" with its tags {}", fmt::join(result.tags, ", "))));
      delete_digest(digest);
      result.artifact = true;
    }
    if (request_.prune) {
      const oci::Layout::Pruned pruned = dynamic_cast<oci::Layout&>(*store_).prune();
      result.pruned_blobs = pruned.blobs;
      result.pruned_bytes = pruned.bytes;
    }
    return result;
  }

 private:
  void confirm(const std::string& question) const {
    if (request_.yes) return;
    bool answer = false;
    try {
      answer = services_.confirm(question);
    } catch (Error& error) {
      if (error.code() == ErrorCode::InvalidInput) error.hint("--yes deletes without asking");
      throw;
    }
    if (!answer) throw Error(ErrorCode::Interrupted, "nothing was deleted");
  }

  void refuse_loss(const std::vector<std::string>& others) const {
    if (others.empty()) return;
    throw Error(ErrorCode::Conflict, fmt::format("nothing was deleted: '{}' would lose the tags {}", store_->name(),
                                                 fmt::join(others, ", ")))
        .hint("--force deletes them too");
  }

  void delete_tag(const std::string& tag, const Digest& digest, DeleteResult& result) {
    result.tags = {tag};
    if (auto* layout = dynamic_cast<oci::Layout*>(store_.get())) {
      layout->untag(tag);
      return;
    }
    auto& registry = dynamic_cast<oci::Registry&>(*store_);
    if (registry.delete_tag(tag)) return;
    // Only with the artifact, and then with all its tags.
    std::vector<std::string> all = tags_of(registry, digest);
    std::vector<std::string> others = all;
    std::erase(others, tag);
    if (!request_.force) refuse_loss(others);
    services_.reporter.warning(
        others.empty()
            ? fmt::format("'{}' deletes no tag alone: {} is deleted with it", registry.name(), digest.to_string())
            : fmt::format("'{}' deletes no tag alone: {} is deleted with it, and so are the tags {}", registry.name(),
                          digest.to_string(), fmt::join(others, ", ")));
    registry.delete_manifest(digest);
    result.tags = std::move(all);
    result.artifact = true;
  }

  void delete_digest(const Digest& digest) {
    if (auto* layout = dynamic_cast<oci::Layout*>(store_.get())) {
      layout->unlist(digest);
    } else {
      dynamic_cast<oci::Registry&>(*store_).delete_manifest(digest);
    }
  }

  const DeleteRequest& request_;
  const Services& services_;
  oci::Target target_;
  std::unique_ptr<oci::Store> store_;
};

}  // namespace

DeleteResult delete_artifact(const DeleteRequest& request, const Services& services) {
  return Deletion(request, services).run();
}

Value to_value(const DeleteResult& result) {
  Value tags = Value::list();
  for (const std::string& tag : result.tags) tags.push_back(tag);
  Value value = Value::map(
      {{"target", result.target}, {"digest", result.digest}, {"tags", std::move(tags)}, {"artifact", result.artifact}});
  if (result.pruned_blobs != 0)
    value.set("pruned", Value::map({{"blobs", result.pruned_blobs}, {"bytes", result.pruned_bytes}}));
  return value;
}

}  // namespace waybill
