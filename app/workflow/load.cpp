#include "app/workflow/load.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <type_traits>

#include "app/workflow/missing_manifests.h"
#include "app/workflow/registry_name.h"
#include "app/workflow/verify.h"
#include "core/error.h"
#include "oci/archive_contents.h"
#include "oci/archive_writer.h"
#include "oci/layout_index.h"
#include "oci/media_types.h"
#include "oci/oci_archive.h"

namespace waybill {
namespace {

constexpr std::size_t kMostNamed = 8;

oci::PartSet find_set(const LoadRequest& request, const Services& services) {
  oci::PartSet set = oci::choose_set(oci::find_parts({request.sources.begin(), request.sources.end()}), request.set);
  for (const oci::PartProblem& problem : set.problems()) services.reporter.warning(problem.what);
  return set;
}

// An artifact of the set under one of its names.
struct Entry {
  oci::Descriptor manifest;
  std::string name;  // as index.json has it; empty: none
  std::optional<std::string> tag;
  std::string whole_name;  // where it comes from; empty: not from a registry
  std::string repository;  // of that, without the registry
};

std::string annotation(const oci::Descriptor& entry, std::string_view key) {
  const auto found = entry.annotations.find(std::string(key));
  return found == entry.annotations.end() ? std::string() : found->second;
}

std::vector<Entry> entries_of(const oci::OciArchive& archive) {
  std::vector<Entry> result;
  for (const oci::Descriptor& listed : archive.index().manifests) {
    Entry entry{{listed.media_type, listed.digest, listed.size, {}, {}, {}},
                annotation(listed, oci::annotation::kReferenceName),
                oci::tag_of_entry(listed),
                annotation(listed, oci::kImageName),
                {}};
    if (oci::is_digest_tag(entry.name)) continue;  // comes along with what it is about
    if (!entry.whole_name.empty()) entry.repository = oci::Reference::parse(entry.whole_name).repository;
    result.push_back(std::move(entry));
  }
  return result;
}

// One store, and what goes there.
struct Destination {
  std::unique_ptr<oci::Store> store;         // null: an archive
  std::filesystem::path archive_file;        // if it is one
  std::unique_ptr<oci::OciArchive> archive;  // what it holds now, if anything
  std::string name;                          // "oci://HOST/REPOSITORY", without tag
  std::vector<const Entry*> entries;

  [[nodiscard]] oci::StoreReader* reader() const {
    return store ? static_cast<oci::StoreReader*>(store.get()) : archive.get();
  }
};

class Loading {
 public:
  Loading(const LoadRequest& request, const Services& services)
      : request_(request),
        services_(services),
        registry_(bare_registry(request.target).value_or(std::string())),
        target_(parse(request.target)) {}

  LoadResult run() {
    std::optional<Trust> trust;
    if (request_.trust.given()) trust = open_trust(request_.trust, services_);
    const oci::PartSet set = find_set(request_, services_);
    set.require_complete();
    tell_missing(set);
    LoadResult result{set.division(), request_.target, {}, trust.has_value(), {}};
    const auto archive = all_damage_told(set, [&] { return open(set); });
    entries_ = entries_of(*archive);
    std::vector<std::optional<Epoch>> epochs;
    if (trust) epochs = require_trust(*archive, *trust);
    choose_tag();
    open_destinations();
    all_damage_told(set, [&] {
      for (const Destination& destination : destinations_) check(destination, *archive);
      for (const Destination& destination : destinations_) copy(destination, *archive, result);
    });
    for (const Destination& destination : destinations_) tag(destination, result);
    if (trust) {
      for (const std::optional<Epoch>& epoch : epochs) remember_epoch(*trust, epoch);
    }
    return result;
  }

 private:
  // A registry alone is no target of other commands.
  static std::optional<oci::Target> parse(const std::string& text) {
    if (bare_registry(text)) return std::nullopt;
    oci::Target target = oci::parse_target(text);
    if (std::holds_alternative<oci::DockerArchiveTarget>(target))
      throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is only read", text));
    if (std::holds_alternative<oci::PathTarget>(target)) {
      throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is a path, and a set is loaded into a store", text))
          .hint("write oci://HOST, oci://HOST/REPOSITORY, oci-layout:FOLDER or oci-archive:FILE");
    }
    return target;
  }

  void tell_missing(const oci::PartSet& set) const {
    const std::vector<std::uint64_t> missing = set.missing(oci::PartKind::Data);
    if (!missing.empty())
      services_.reporter.warning(
          fmt::format("part {} of {} is missing, and is computed from the others and their parity",
                      oci::ranges(missing), set.division().data));
  }

  // Untrusted is the first damage that was met; there may be more behind it.
  template <typename Body>
  std::invoke_result_t<Body> all_damage_told(const oci::PartSet& set, const Body& body) const {
    try {
      return body();
    } catch (const Error& error) {
      if (error.code() == ErrorCode::Untrusted) throw_all_damage(set);
      throw;
    }
  }

  void throw_all_damage(const oci::PartSet& set) const {
    const CheckResult result{set, set.check(&services_.reporter)};
    std::vector<std::string> beyond;
    for (const oci::PartSet::Damage& damage : result.damage) {
      if (!damage.repairable) beyond.push_back(oci::to_string(damage));
    }
    if (beyond.empty()) return;
    if (result.is_unreadable()) {
      throw Error(ErrorCode::Unclassified,
                  fmt::format("the set {} cannot be read: {}", set.division().short_id(), fmt::join(beyond, "; ")))
          .hint(
              "the medium is broken or was taken out; when it is there again, repeat the command: what is loaded "
              "already is not loaded again");
    }
    throw Error(ErrorCode::Untrusted, fmt::format("the set {} is damaged beyond repair: {}", set.division().short_id(),
                                                  fmt::join(beyond, "; ")))
        .hint("bring these files again; what is loaded already is not loaded again");
  }

  [[nodiscard]] std::unique_ptr<oci::OciArchive> open(const oci::PartSet& set) const {
    auto archive = oci::OciArchive::open(set.archive(&services_.reporter));
    if (oci::archive_root(archive->archive()) == set.division().root) return archive;
    throw Error(ErrorCode::Untrusted,
                fmt::format("the set {} does not hold what its parts say", set.division().short_id()));
  }

  std::vector<std::optional<Epoch>> require_trust(oci::OciArchive& archive, const Trust& trust) const {
    std::vector<std::optional<Epoch>> epochs;
    for (const Entry& entry : entries_) {
      with_context([&] { return fmt::format("nothing was loaded into '{}'", request_.target); },
                   [&] {
                     const Verification verification =
                         verify_artifact(archive, entry.manifest, destination_of(entry), trust);
                     verification.report.throw_unless_trusted();
                     epochs.push_back(verification.epoch);
                   });
    }
    return epochs;
  }

  // The repository whose rules apply: not what the set says of itself, but where the user lets it go.
  [[nodiscard]] std::optional<std::string> destination_of(const Entry& entry) const {
    if (target_) return repository_of(*target_);
    return fmt::format("{}/{}", registry_, entry.repository);
  }

  void choose_tag() {
    if (!target_) return;
    const std::optional<std::string> tag = oci::tag_of(*target_);
    const std::optional<Digest> digest = oci::digest_of(*target_);
    if (!tag && !digest) return;
    if (entries_.size() != 1) {
      throw Error(ErrorCode::InvalidInput,
                  fmt::format("'{}' names one artifact, and the set has {}", request_.target, entries_.size()))
          .hint("leave the tag out: each artifact keeps its own");
    }
    if (digest && *digest != entries_.front().manifest.digest) {
      throw Error(ErrorCode::Conflict, fmt::format("the set holds {}, not {}",
                                                   entries_.front().manifest.digest.to_string(), digest->to_string()));
    }
    if (tag) entries_.front().tag = tag;
  }

  void open_destinations() {
    if (target_) {
      Destination destination;
      destination.name = request_.target;
      if (const auto* archive = std::get_if<oci::ArchiveTarget>(&*target_)) {
        std::error_code ignored;
        if (std::filesystem::exists(archive->file, ignored)) destination.archive = oci::OciArchive::open(archive->file);
        destination.name = "oci-archive:" + archive->file.string();
        destination.archive_file = archive->file;
      } else {
        destination.store = open_store(*target_, MissingLayout::Make, request_.connection, services_);
        if (const auto* layout = std::get_if<oci::LayoutTarget>(&*target_))
          destination.name = "oci-layout:" + layout->folder.string();
        if (const auto* registry = std::get_if<oci::RegistryTarget>(&*target_))
          destination.name = "oci://" + registry->reference.name();
      }
      for (const Entry& entry : entries_) destination.entries.push_back(&entry);
      destinations_.push_back(std::move(destination));
      return;
    }
    std::map<std::string, std::vector<const Entry*>> repositories;
    for (const Entry& entry : entries_) {
      if (entry.repository.empty()) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("'{}' of the set comes from no repository, so it has none in '{}'",
                                entry.name.empty() ? entry.manifest.digest.to_string() : entry.name, request_.target))
            .hint("name the repository: oci://HOST/REPOSITORY");
      }
      repositories[entry.repository].push_back(&entry);
    }
    for (auto& [repository, entries] : repositories) {
      Destination destination;
      destination.name = fmt::format("oci://{}/{}", registry_, repository);
      destination.store =
          open_store(oci::parse_target(destination.name), MissingLayout::Refuse, request_.connection, services_);
      destination.entries = std::move(entries);
      destinations_.push_back(std::move(destination));
    }
  }

  // All that could stop it later, before anything is written.
  void check(const Destination& destination, oci::OciArchive& archive) const {
    std::map<std::string, Digest> tags;
    for (const Entry* entry : destination.entries) {
      if (!entry->tag) {
        if (target_ && std::holds_alternative<oci::RegistryTarget>(*target_)) continue;
        if (!target_) continue;
        throw Error(ErrorCode::InvalidInput, fmt::format("{} of the set has no tag, which '{}' needs",
                                                         entry->manifest.digest.to_string(), destination.name))
            .hint("load it into a registry, or save it with a tag");
      }
      const auto [known, is_new] = tags.emplace(*entry->tag, entry->manifest.digest);
      if (!is_new && known->second != entry->manifest.digest) {
        throw Error(ErrorCode::InvalidInput, fmt::format("several artifacts of the set have the tag '{}', and '{}' can "
                                                         "hold one of them",
                                                         *entry->tag, destination.name))
            .hint("load the set into a registry by its name alone, oci://HOST: each goes to its own repository");
      }
      if (destination.reader() != nullptr)
        oci::require_free_tag(*destination.reader(), *entry->tag, entry->manifest.digest, force());
    }
    require_all_blobs(destination, archive);
  }

  [[nodiscard]] oci::ForceTag force() const { return request_.force_tag ? oci::ForceTag::Yes : oci::ForceTag::No; }

  // What a receipt let out has to be there.
  void require_all_blobs(const Destination& destination, oci::OciArchive& archive) const {
    std::vector<std::string> lacking;
    std::map<Digest, bool> looked_at;
    for (const Entry* entry : destination.entries) {
      const oci::Closure closure = oci::closure_of(archive, entry->manifest.digest, oci::WithReferrers::Yes);
      for (const oci::FoundManifest& found : closure.manifests) {
        for (const oci::Descriptor& blob : oci::blobs_to_copy(archive, found.links)) {
          if (archive.exists_blob(blob) || !looked_at.try_emplace(blob.digest, true).second) continue;
          if (destination.reader() == nullptr || !destination.reader()->exists_blob(blob))
            lacking.push_back(blob.digest.to_string());
        }
      }
    }
    if (lacking.empty()) return;
    const std::size_t count = lacking.size();
    if (count > kMostNamed) lacking.resize(kMostNamed);
    throw Error(
        ErrorCode::NotFound,
        fmt::format("'{}' does not have {} blobs that were left out of the set because a receipt lists them: {}{}",
                    destination.name, count, fmt::join(lacking, ", "), count > kMostNamed ? ", …" : ""))
        .hint("load into the place that the receipt speaks of, or save again with a fresh receipt or without one");
  }

  void copy(const Destination& destination, oci::OciArchive& archive, LoadResult& result) const {
    const oci::CopyOptions options{.reporter = &services_.reporter};
    if (destination.store) {
      for (const Entry* entry : destination.entries)
        result.outcome += oci::copy(archive, *destination.store, entry->manifest, options);
      return;
    }
    std::vector<oci::ArchiveArtifact> artifacts;
    artifacts.reserve(destination.entries.size());
    for (const Entry* entry : destination.entries) {
      if (entry->tag) artifacts.push_back({entry->manifest, *entry->tag, entry->whole_name});  // check() wants one
    }
    result.outcome += oci::copy_to_archive(archive, destination.archive_file, artifacts, force(), options);
  }

  void tag(const Destination& destination, LoadResult& result) const {
    for (const Entry* entry : destination.entries) {
      if (destination.store && entry->tag) {
        const auto held = oci::resolve_by(*destination.store, *entry->tag, entry->manifest.digest.algorithm());
        if (!held || held->digest != entry->manifest.digest) {
          destination.store->tag(entry->manifest, *entry->tag, force());
          ++result.outcome.tags_set;
        }
      }
      const std::string where = entry->tag ? ":" + *entry->tag : "@" + entry->manifest.digest.to_string();
      result.artifacts.push_back({entry->name, entry->manifest.digest.to_string(), destination.name + where});
    }
  }

  const LoadRequest& request_;
  const Services& services_;
  std::string registry_;               // if the target is a registry alone
  std::optional<oci::Target> target_;  // if it is not
  std::vector<Entry> entries_;
  std::vector<Destination> destinations_;
};

Value numbers(const std::vector<std::uint64_t>& values) {
  Value list = Value::list();
  for (const std::uint64_t value : values) list.push_back(value);
  return list;
}

}  // namespace

LoadResult load(const LoadRequest& request, const Services& services) { return Loading(request, services).run(); }

CheckResult check_parts(const LoadRequest& request, const Services& services) {
  const oci::PartSet set = find_set(request, services);
  return {set, set.check(&services.reporter)};
}

bool CheckResult::is_loadable() const {
  return set.is_complete() && std::ranges::all_of(damage, &oci::PartSet::Damage::repairable);
}

bool CheckResult::is_intact() const {
  return damage.empty() && set.problems().empty() && set.missing(oci::PartKind::Data).empty() &&
         set.missing(oci::PartKind::Parity).empty();
}

bool CheckResult::is_unreadable() const {
  return std::ranges::any_of(damage,
                             [](const oci::PartSet::Damage& each) { return !each.repairable && !each.readable; });
}

Value to_value(const LoadResult& result) {
  Value artifacts = Value::list();
  for (const LoadedArtifact& artifact : result.artifacts) {
    artifacts.push_back(
        Value::map({{"name", artifact.name}, {"digest", artifact.digest}, {"target", artifact.target}}));
  }
  return Value::map({{"set", result.set.id().hex()},
                     {"target", result.target},
                     {"artifacts", std::move(artifacts)},
                     {"changed", oci::changed(result.outcome)},
                     {"verified", result.verified},
                     {"copied", Value::map({{"manifests", result.outcome.manifests_pushed},
                                            {"blobs", result.outcome.blobs_pushed},
                                            {"bytes", result.outcome.bytes_pushed}})},
                     {"missingManifests", missing_manifests(result.outcome.missing)}});
}

Value to_value(const CheckResult& result) {
  Value damage = Value::list();
  for (const oci::PartSet::Damage& each : result.damage) {
    damage.push_back(Value::map({{"file", each.file.string()},
                                 {"part", each.part},
                                 {"begin", each.begin},
                                 {"end", each.end},
                                 {"repairable", each.repairable},
                                 {"readable", each.readable}}));
  }
  Value problems = Value::list();
  for (const oci::PartProblem& problem : result.set.problems()) problems.push_back(problem.what);
  return Value::map({{"set", result.set.division().id().hex()},
                     {"intact", result.is_intact()},
                     {"loadable", result.is_loadable()},
                     {"missing", Value::map({{"data", numbers(result.set.missing(oci::PartKind::Data))},
                                             {"parity", numbers(result.set.missing(oci::PartKind::Parity))}})},
                     {"damage", std::move(damage)},
                     {"problems", std::move(problems)}});
}

}  // namespace waybill
