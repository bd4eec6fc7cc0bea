// Manifests, checksums and file trees.
#include <fmt/core.h>

#include "core/digest.h"
#include "core/error.h"
#include "core/json/reader.h"
#include "core/json/writer.h"
#include "generator/bundle.h"
#include "oci/manifest.h"
#include "oci/media_types.h"
#include "tests/corpus/mutation.h"

namespace waybill::signing::corpus {
namespace {

std::string manifest_verdict(const std::string& bytes) {
  try {
    (void)oci::parse_image_manifest(bytes, oci::media_type::kImageManifest);
    return std::string(kAccepted);
  } catch (const Error& error) {
    return error.message();
  }
}

const RelPath kChecksums = RelPath::parse(kChecksumsFile);
const RelPath kBundle = RelPath::parse(kBundleFile);

FileTree good_tree() {
  FileTree rendered;
  rendered.add(RelPath::parse("README.md"), "read me\n", Executable::No);
  rendered.add(RelPath::parse("deploy.sh"), "#!/bin/sh\n", Executable::Yes);
  rendered.add(RelPath::parse("values/a.yaml"), "a: 1\n", Executable::No);
  BundleInfo info;
  info.tool_version = "1.0.0";
  info.catalogue = {"2026.11.1", sha256("catalogue").to_string()};
  info.recipe_digest = sha256("recipe").to_string();
  info.deployer = "argocd";
  info.options = Value::map();
  return seal(std::move(rendered), std::move(info)).tree;
}

// The first problem as "PATH: REASON".
std::string tree_verdict(const FileTree& tree) {
  const std::vector<FileProblem> problems = check_files(tree);
  return problems.empty() ? std::string(kAccepted) : problems.front().path + ": " + problems.front().reason;
}

}  // namespace

Mutations manifest_mutations() {
  Mutations all;
  const oci::ImageManifest manifest{.media_type = std::string(oci::media_type::kImageManifest),
                                    .artifact_type = std::string(oci::media_type::kBundle),
                                    .config = oci::describe("{}", oci::media_type::kImageConfig),
                                    .layers = {oci::describe("layer", "application/vnd.oci.image.layer.v1.tar+gzip")},
                                    .subject = oci::describe("subject", oci::media_type::kImageManifest),
                                    .annotations = {{"a", "b"}}};
  const std::string good = oci::to_bytes(manifest);
  const Value document = json::parse(good, "good");
  all.push_back({"manifest: good", std::string(kAccepted), manifest_verdict(good)});
  const auto broken = [&](const std::string& rule, const std::string& expected, const std::vector<std::string>& path,
                          auto change) {
    Value changed = document;
    change(at(changed, path));
    all.push_back({"manifest: " + rule, expected, manifest_verdict(json::write(changed))});
  };
  struct Place {
    std::vector<std::string> path;
    std::string name;
  };
  for (const auto& [path, name] :
       {Place{{"config"}, "'config' of the manifest"}, Place{{"layers", "0"}, "'layers[0]' of the manifest"},
        Place{{"subject"}, "'subject' of the manifest"}}) {
    for (const char* member : {"mediaType", "digest", "size"}) {
      broken(fmt::format("{}: '{}' removed", name, member), fmt::format("{} has no '{}'", name, member), path,
             [&](Value& value) { value.erase(member); });
    }
    const auto set = [&](const char* member, Value to) {
      return [member, to = std::move(to)](Value& value) { value.set(member, to); };
    };
    const auto bad_digest = [&](std::string_view digest) {
      return fmt::format(
          "'digest' of {} is '{}', expected 'sha256:' and 64, or 'sha512:' and 128, lower-case hexadecimal digits",
          name, digest);
    };
    broken(name + ": a negative size", fmt::format("'size' of {} is no valid size", name), path, set("size", -1));
    broken(name + ": a size that is a text", fmt::format("'size' of {} is no valid size", name), path,
           set("size", "2"));
    broken(name + ": a size with a fraction", fmt::format("'size' of {} is no valid size", name), path,
           set("size", 2.5));
    broken(name + ": a digest without an algorithm", bad_digest(sha256("x").hex()), path,
           set("digest", sha256("x").hex()));
    broken(name + ": a digest of another algorithm", bad_digest("sha512:00"), path, set("digest", "sha512:00"));
    broken(name + ": a digest that climbs", bad_digest("sha256:../../etc/passwd"), path,
           set("digest", "sha256:../../etc/passwd"));
    broken(name + ": a digest that is a number", fmt::format("'digest' of {} is integer, expected text", name), path,
           set("digest", 1));
    broken(name + ": an empty type", fmt::format("'mediaType' of {} is empty", name), path, set("mediaType", ""));
    broken(name + ": a list instead", fmt::format("{} is list, expected a descriptor", name), path,
           [](Value& value) { value = Value::list(); });
  }
  broken("another schema version", "the manifest's 'schemaVersion' is not 2", {},
         [](Value& v) { v.set("schemaVersion", 1); });
  broken("a schema version that is a text", "the manifest's 'schemaVersion' is not 2", {},
         [](Value& v) { v.set("schemaVersion", "2"); });
  broken("no schema version", "the manifest's 'schemaVersion' is not 2", {},
         [](Value& v) { v.erase("schemaVersion"); });
  broken("an index's type",
         "the manifest says that it is 'application/vnd.oci.image.index.v1+json' but was handed over as "
         "'application/vnd.oci.image.manifest.v1+json'",
         {}, [](Value& v) { v.set("mediaType", oci::media_type::kImageIndex); });
  broken("manifests beside layers", "the manifest has both 'manifests' and 'layers' or 'config'", {},
         [](Value& v) { v.set("manifests", Value::list()); });
  broken("no config", "the image manifest has no 'config'", {}, [](Value& v) { v.erase("config"); });
  broken("layers that are an object", "'layers' of the manifest is mapping, expected a list", {},
         [](Value& v) { v.set("layers", Value::map()); });
  broken("an annotation that is a number", "'a' of the manifest is integer, expected text", {"annotations"},
         [](Value& v) { v.set("a", 1); });
  broken("annotations that are a list", "'annotations' of the manifest is list, expected a mapping", {},
         [](Value& v) { v.set("annotations", Value::list()); });
  broken("an artifact type that is a list", "'artifactType' of the manifest is list, expected text", {},
         [](Value& v) { v.set("artifactType", Value::list()); });
  all.push_back({"manifest: a list", "the manifest is list, expected a mapping", manifest_verdict("[]")});
  return all;
}

Mutations tree_mutations() {
  Mutations all;
  const FileTree good = good_tree();
  all.push_back({"tree: good", std::string(kAccepted), tree_verdict(good)});
  const auto with = [&](const std::string& rule, const std::string& expected, auto change) {
    FileTree tree = good;
    change(tree);
    all.push_back({"tree: " + rule, expected, tree_verdict(tree)});
  };
  const auto drop = [](FileTree& tree, const RelPath& path) {
    FileTree changed;
    for (const auto& [name, old] : tree.files())
      if (name != path) changed.add(name, old.bytes, old.executable);
    tree = std::move(changed);
  };
  const auto changed = [&](const RelPath& path, std::string_view bytes) {
    if (path == kChecksums) {
      if (bytes.empty()) return std::string("README.md: not listed in checksums.txt");
      return std::string(bytes.ends_with("\n\n") ? "checksums.txt: line 5: not of the form '<sha256>  <path>'"
                                                 : "checksums.txt: line 4: no line feed at the end");
    }
    return fmt::format("{0}: changed: checksums.txt lists {1}, it is {2}", path.text(),
                       sha256(good.at(path).bytes).to_string(), sha256(bytes).to_string());
  };
  for (const auto& entry : good.files()) {
    const RelPath& path = entry.first;
    const TreeFile& file = entry.second;
    const std::string& name = path.text();
    with(name + " removed", name + (path == kChecksums ? ": missing" : ": missing: listed in checksums.txt"),
         [&](FileTree& tree) { drop(tree, path); });
    for (const auto& [rule, bytes] : {std::pair<std::string, std::string>{" with a byte more", file.bytes + "\n"},
                                      {" with a byte less", file.bytes.substr(0, file.bytes.size() - 1)},
                                      {" empty", ""}}) {
      with(name + rule, changed(path, bytes), [&](FileTree& tree) { tree.set(path, bytes, file.executable); });
    }
    with(name + " with the other executable bit", name + ": executable bit differs", [&](FileTree& tree) {
      tree.set(path, file.bytes, file.executable == Executable::Yes ? Executable::No : Executable::Yes);
    });
  }
  with("a file more", "evil.yaml: not listed in checksums.txt",
       [](FileTree& tree) { tree.add(RelPath::parse("evil.yaml"), "x"); });
  with("a file more in a folder", "values/b.yaml: not listed in checksums.txt",
       [](FileTree& tree) { tree.add(RelPath::parse("values/b.yaml"), "x"); });
  with("a file renamed", "readme.md: not listed in checksums.txt", [&](FileTree& tree) {
    drop(tree, RelPath::parse("README.md"));
    tree.add(RelPath::parse("readme.md"), "read me\n");
  });
  const std::string checksums = good.at(kChecksums).bytes;
  const std::string first = checksums.substr(0, checksums.find('\n') + 1);
  const auto listed = [&](const std::string& rule, const std::string& expected, const std::string& text) {
    with("checksums.txt: " + rule, expected, [&](FileTree& tree) { tree.set(kChecksums, text); });
  };
  const std::string malformed = "checksums.txt: line 1: not of the form '<sha256>  <path>'";
  listed("a line removed", "README.md: not listed in checksums.txt", checksums.substr(first.size()));
  listed("a line twice", "checksums.txt: line 2: 'README.md' is listed twice", first + checksums);
  listed("a line for nothing", "nothing: missing: listed in checksums.txt",
         checksums + std::string(64, '0') + "  nothing\n");
  listed("a line for itself", "checksums.txt: must not be listed in checksums.txt",
         checksums + std::string(64, '0') + "  checksums.txt\n");
  listed("another digest",
         fmt::format("README.md: changed: checksums.txt lists sha256:{}, it is {}", std::string(64, '0'),
                     sha256("read me\n").to_string()),
         std::string(64, '0') + first.substr(64) + checksums.substr(first.size()));
  listed("capitals", malformed, replaced(checksums, first.substr(0, 8), "ABCDEF01"));
  listed("one blank", malformed, replaced(checksums, "  ", " "));
  listed("a binary mark", malformed, replaced(checksums, "  ", " *"));
  listed("a path that climbs", malformed, replaced(checksums, "README.md", "../README.md"));
  listed("an absolute path", malformed, replaced(checksums, "README.md", "/README.md"));
  listed("no line feed in the end", "checksums.txt: line 4: no line feed at the end",
         checksums.substr(0, checksums.size() - 1));
  listed("a carriage return", malformed, replaced(checksums, "\n", "\r\n"));
  listed("an empty line", "checksums.txt: line 5: not of the form '<sha256>  <path>'", checksums + "\n");
  listed("a short digest", malformed, checksums.substr(1));
  // sha256sum does not mind; the signature of checksums.txt does.
  listed("another order", std::string(kAccepted), checksums.substr(first.size()) + first);

  const std::string bundle = good.at(kBundle).bytes;
  const auto stated = [&](const std::string& rule, const std::string& expected, std::string_view from,
                          std::string_view to) {
    // The checksums follow, so that only bundle.json can be what is wrong.
    with("bundle.json: " + rule, expected, [&](FileTree& tree) {
      const std::string text = replaced(bundle, from, to);
      tree.set(kBundle, text);
      tree.set(kChecksums, replaced(checksums, sha256(bundle).hex(), sha256(text).hex()));
    });
  };
  stated("a later format", "bundle.json: malformed: bundle: this program reads bundles of format version 1 only",
         R"("formatVersion": 1)", R"("formatVersion": 2)");
  stated("no format", "bundle.json: malformed: bundle: no 'formatVersion'", R"("formatVersion": 1,)", "");
  stated("an unknown field", "bundle.json: malformed: bundle: unknown field 'extra'", R"("formatVersion": 1,)",
         R"("formatVersion": 1, "extra": 1,)");
  stated("a field twice", "bundle.json: malformed: the key 'formatVersion' appears twice in one object",
         R"("formatVersion": 1,)", R"("formatVersion": 1, "formatVersion": 1,)");
  stated("another size", "README.md: changed: bundle.json lists 9 bytes, there are 8", R"("size": 8)", R"("size": 9)");
  stated("a negative size", "bundle.json: malformed: files: 'size' is no size", R"("size": 8)", R"("size": -8)");
  stated("another digest",
         fmt::format("README.md: changed: bundle.json lists {}, it is {}", sha256("other").to_string(),
                     sha256("read me\n").to_string()),
         sha256("read me\n").hex(), sha256("other").hex());
  stated("a digest that is none",
         "bundle.json: malformed: 'none' is not a digest: expected sha256: and 64, or sha512: and 128, lower-case "
         "hexadecimal digits",
         sha256("read me\n").to_string(), "none");
  stated("another path", "README.md: not listed in bundle.json", R"("path": "README.md")", R"("path": "OTHER.md")");
  stated("a path that climbs",
         "bundle.json: malformed: '../README.md' is not a clean relative path: no leading or doubled '/', no '.' or "
         "'..', no control characters",
         R"("path": "README.md")", R"("path": "../README.md")");
  stated("the other executable bit", "deploy.sh: executable bit differs", R"("executable": true)",
         R"("executable": false)");
  stated("an executable bit that is a text", "bundle.json: malformed: files: 'executable' is no boolean",
         R"("executable": true)", R"("executable": "yes")");
  stated("a recipe that is a list", "bundle.json: malformed: recipe: expected a mapping", R"("recipe": {)",
         R"("recipe": [], "x": {)");
  stated("no deployer", "bundle.json: malformed: bundle: no 'deployer'", R"("deployer": "argocd",)", "");
  stated("an unknown criterion", "bundle.json: malformed: criteria: unknown field 'planet'", R"("service": "any")",
         R"("service": "any", "planet": "any")");
  return all;
}

}  // namespace waybill::signing::corpus
