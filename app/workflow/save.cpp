#include "app/workflow/save.h"

#include <fmt/core.h>

#include <algorithm>
#include <deque>
#include <set>

#include "app/workflow/artifact_source.h"
#include "app/workflow/byte_size.h"
#include "app/workflow/missing_manifests.h"
#include "app/workflow/receipt.h"
#include "core/concurrent_sink.h"
#include "core/error.h"
#include "core/tar_writer.h"
#include "oci/archive_contents.h"
#include "oci/reference.h"

namespace waybill {
namespace {

// One of the artifacts, and all that belongs to it.
struct Chosen {
  std::string text;  // as the user wrote it
  ArtifactSource source;
  std::string whole_name;  // "registry.example.com/team/app:1.0"; empty where it has none
  oci::Closure closure;
};

class Saving {
 public:
  Saving(const SaveRequest& request, const Services& services) : request_(request), services_(services) {
    choice_.by_user = !request.part_size.empty();
    if (choice_.by_user) choice_.largest = parse_byte_size(request.part_size, "--part-size");
    if (choice_.largest < oci::kSmallestPart) {
      throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is too small for --part-size", request.part_size))
          .hint("a part has at least 4MiB");
    }
    if (!request.parity.empty()) choice_.parity_percent = parse_percentage(request.parity, "--parity");
  }

  SaveResult run() {
    for (const std::string& file : request_.receipts)
      receipts_.push_back(read_receipt(file, request_.receipt_keys, request_.password_file, services_));
    for (const std::string& target : request_.targets) choose(target);
    require_one_repository();
    for (const Chosen& chosen : chosen_) add(chosen);
    name_all();
    if (!receipts_.empty()) require_all();
    SaveResult result = write();
    for (const Chosen& chosen : chosen_)
      result.artifacts.push_back({chosen.text, names_[&chosen], chosen.source.artifact.digest.to_string()});
    for (const Chosen& chosen : chosen_) oci::add_missing(result.missing, chosen.closure.missing);
    result.held_blobs = held_.size();
    for (const auto& [digest, size] : held_) result.held_bytes += size;
    return result;
  }

 private:
  void choose(const std::string& text) {
    ArtifactSource source = open_artifact(text, request_.connection, services_);
    const oci::Target target = oci::parse_target(text);
    std::string whole_name;
    if (const auto* registry = std::get_if<oci::RegistryTarget>(&target)) {
      whole_name =
          registry->reference.name() + (source.tag ? ":" + *source.tag : "@" + source.artifact.digest.to_string());
    }
    const oci::WithReferrers referrers = request_.referrers ? oci::WithReferrers::Yes : oci::WithReferrers::No;
    oci::Closure closure = oci::closure_of(*source.store, source.artifact.digest, referrers);
    oci::tell_missing(closure, *source.store, &services_.reporter);
    chosen_.push_back({text, std::move(source), std::move(whole_name), std::move(closure)});
  }

  // A receipt speaks of one place, so what it lists would be missing in every other one.
  void require_one_repository() const {
    std::set<std::string> repositories;
    for (const Chosen& chosen : chosen_) repositories.insert(repository_of(chosen.whole_name));
    if (receipts_.empty() || repositories.size() == 1) return;
    throw Error(ErrorCode::InvalidInput,
                "a receipt speaks of one place, and these artifacts are from several repositories")
        .hint("save those of each repository apart, each with --have of the place that it goes to");
  }
  static std::string repository_of(const std::string& whole_name) {
    return whole_name.empty() ? whole_name : oci::Reference::parse(whole_name).name();
  }

  void add(const Chosen& chosen) {
    oci::StoreReader& store = *chosen.source.store;
    for (const oci::FoundManifest& found : chosen.closure.manifests) {
      // Manifests always travel: they say what has to be there.
      contents_.add(found.manifest.descriptor, oci::opener(found.manifest.bytes));
      for (const oci::Descriptor& blob : found.links.blobs) {
        if (is_held(blob)) held_.emplace(blob.digest, blob.size);
      }
      for (const oci::Descriptor& blob : oci::blobs_to_copy(store, found.links)) {
        if (!is_held(blob) &&
            contents_.add(blob, [&store, blob](std::uint64_t offset) { return store.open_blob(blob, offset); }))
          carried_.emplace_back(&store, blob);
      }
      if (found.links.subject) oci::add_referrer(contents_.index(), found.manifest.descriptor, found.links);
    }
    for (const oci::TaggedDigest& tagged : chosen.closure.tags) {
      const auto known = oci::find_tag(contents_.index(), tagged.tag, "the set");
      if (known && known->digest != tagged.manifest.digest) {
        throw Error(ErrorCode::Conflict, fmt::format("two sources have different signatures under '{}'", tagged.tag))
            .hint("save these artifacts apart");
      }
      oci::set_tag(contents_.index(), tagged.manifest, artifact_type(chosen, tagged.manifest.digest), tagged.tag);
    }
  }

  [[nodiscard]] bool is_held(const oci::Descriptor& blob) const {
    return std::ranges::any_of(receipts_, [&](const oci::Receipt& receipt) { return receipt.has(blob); });
  }

  static std::string artifact_type(const Chosen& chosen, const Digest& manifest) {
    for (const oci::FoundManifest& found : chosen.closure.manifests) {
      if (found.manifest.descriptor.digest == manifest) return found.links.artifact_type;
    }
    return {};
  }

  // Each artifact has its tag for a name; where several have the same tag, their whole references.
  void name_all() {
    std::map<std::string, std::set<std::pair<std::string, Digest>>> by_tag;
    for (const Chosen& chosen : chosen_) {
      if (chosen.source.tag) by_tag[*chosen.source.tag].emplace(chosen.whole_name, chosen.source.artifact.digest);
    }
    for (const Chosen& chosen : chosen_) {
      const oci::Descriptor& manifest = chosen.source.artifact;
      std::string name = chosen.source.tag.value_or(std::string());
      if (chosen.source.tag && by_tag[name].size() > 1 && !chosen.whole_name.empty()) name = chosen.whole_name;
      oci::Annotations more;
      if (!chosen.whole_name.empty()) more.emplace(oci::kImageName, chosen.whole_name);
      names_[&chosen] = name;
      if (name.empty()) {
        add_without_name(chosen, more);
        continue;
      }
      // Before the index is asked, in which a whole name is found by its tag as well.
      const bool is_taken =
          std::ranges::any_of(by_tag[name], [&](const auto& other) { return other.second != manifest.digest; });
      const auto known = is_taken ? std::nullopt : oci::find_tag(contents_.index(), name, "the set");
      if (is_taken || (known && known->digest != manifest.digest)) {
        throw Error(ErrorCode::InvalidInput, fmt::format("two artifacts of the set are called '{}'", name))
            .hint("give one of them another tag, or save them apart");
      }
      oci::set_tag(contents_.index(), manifest, artifact_type(chosen, manifest.digest), name, more);
    }
  }

  void add_without_name(const Chosen& chosen, const oci::Annotations& more) {
    const oci::Descriptor& manifest = chosen.source.artifact;
    oci::Descriptor entry{
        manifest.media_type, manifest.digest, manifest.size, artifact_type(chosen, manifest.digest), more, {}};
    std::vector<oci::Descriptor>& entries = contents_.index().manifests;
    if (std::find(entries.begin(), entries.end(), entry) == entries.end()) entries.push_back(std::move(entry));
  }

  // Whoever has a receipt leaves something behind; nothing else may be missing.
  void require_all() const {
    for (const auto& [store, blob] : carried_) {
      if (store->exists_blob(blob)) continue;
      throw Error(ErrorCode::NotFound, fmt::format("neither '{}' nor a receipt has {}, which the set needs",
                                                   store->name(), blob.digest.to_string()));
    }
  }

  SaveResult write() {
    SaveResult result{
        request_.folder, oci::divide_archive(contents_.root(), contents_.tar_size(), choice_), {}, {}, 0, 0, {}};
    oci::PartWriter parts(request_.folder, result.set, request_.force ? Overwrite::Yes : Overwrite::No);
    oci::CopyProgress progress(&services_.reporter, contents_.bytes());
    ConcurrentSink ahead(parts.archive());  // blobs are read and hashed while blocks are hashed and written
    TarWriter tar(ahead);
    contents_.write(tar, progress);
    if (!result.set.is_whole()) tar.finish();
    ahead.finish();
    parts.add_parity(&services_.reporter);
    result.parts = parts.commit();
    return result;
  }

  const SaveRequest& request_;
  const Services& services_;
  oci::PartChoice choice_;
  std::vector<oci::Receipt> receipts_;
  std::deque<Chosen> chosen_;  // the contents refer to them
  oci::ArchiveContents contents_;
  std::map<const Chosen*, std::string> names_;
  std::vector<std::pair<oci::StoreReader*, oci::Descriptor>> carried_;
  std::map<Digest, std::uint64_t> held_;
};

}  // namespace

SaveResult save(const SaveRequest& request, const Services& services) {
  if (request.folder.empty())
    throw Error(ErrorCode::InvalidInput, "no folder to save into").hint("name one with --output");
  if (request.receipts.empty() && !request.receipt_keys.empty())
    throw Error(ErrorCode::InvalidInput, "--receipt-key without --have has nothing to check");
  return with_context([&] { return fmt::format("nothing was saved into '{}'", request.folder); },
                      [&] { return Saving(request, services).run(); });
}

Value to_value(const SaveResult& result) {
  Value artifacts = Value::list();
  for (const SavedArtifact& artifact : result.artifacts) {
    artifacts.push_back(
        Value::map({{"source", artifact.source}, {"name", artifact.name}, {"digest", artifact.digest}}));
  }
  Value parts = Value::list();
  for (const oci::WrittenPart& written : result.parts) {
    parts.push_back(Value::map({{"file", written.part.file_name()},
                                {"kind", written.part.kind == oci::PartKind::Parity ? "parity" : "data"},
                                {"index", written.part.index},
                                {"size", oci::part_file_size(written.part)},
                                {"digest", written.digest.to_string()}}));
  }
  return Value::map({{"set", result.set.id().hex()},
                     {"root", result.set.root.to_string()},
                     {"folder", result.folder},
                     {"archive", result.set.archive},
                     {"artifacts", std::move(artifacts)},
                     {"parts", std::move(parts)},
                     {"held", Value::map({{"blobs", result.held_blobs}, {"bytes", result.held_bytes}})},
                     {"missingManifests", missing_manifests(result.missing)}});
}

}  // namespace waybill
