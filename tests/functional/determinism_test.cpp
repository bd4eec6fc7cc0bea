// The same input gives the same bytes, wherever, whenever and by whomever it is run (issue: Proof).
#include <fstream>

#include "tests/functional/support/workspace.h"

namespace fs = std::filesystem;

namespace waybill::testing {
namespace {

class Determinism : public Workspace {
 protected:
  void SetUp() override {
    WAYBILL_REQUIRE_PEER("openssl");
    WAYBILL_REQUIRE_PEER("git");
    make_key();
  }
  struct Outcome {
    Value result;   // of publish, with the digests that signatures change left out
    Snapshot tree;  // of the unpacked bundle
    Snapshot documents;
    bool operator==(const Outcome&) const = default;
  };
  // Publishes and unpacks in a folder of its own, the program started by `launcher`. The address is a part of the
  // commit, so the repository lies in the same place each time.
  [[nodiscard]] Outcome publish_in(const std::string& name, const Words& launcher,
                                   const Environment& environment) const {
    fs::create_directories(path(name));
    fs::remove_all(path("remote.git"));
    fs::remove_all(path("home"));
    make_repository();
    const std::string target = "oci-layout:" + path(name + "/out") + ":v1";
    const Words command = joined({program(), "publish", "--key", path("k.key"), "--repo", path("remote.git"), "--path",
                                  "clusters/a", "--output", target, "--format", "json"},
                                 criteria());
    const ProcessResult done = execute(joined(joined({"env", "-C", name}, launcher), command), environment);
    EXPECT_THAT(done, Exited(0));
    Outcome outcome;
    const Value all = parse_json(done.out);
    outcome.result = Value::map({{"recipe", at(all, "recipe")},
                                 {"bundle", at(all, "bundle")},
                                 {"commit", at(all, "git.commit")},
                                 {"digest", at(all, "oci.digest")}});
    EXPECT_THAT(waybill({"pull", target, "--output", name + "/b"}, {}), Exited(0));
    outcome.tree = snapshot(folder() / name / "b");
    std::erase_if(outcome.tree, [](const auto& file) { return file.first.starts_with("attestation/"); });
    const Value index = parse_json(read_file(path(name + "/out/index.json")));
    for (const Value& entry : at(index, "manifests").items()) {
      const std::string type = entry.text_or("artifactType", "");
      if (type == "application/spdx+json" || type == "application/vnd.cyclonedx+json")
        outcome.documents[type] = entry.text_or("digest", "");
    }
    EXPECT_EQ(outcome.documents.size(), 2U);
    return outcome;
  }
};

TEST_F(Determinism, UmaskLocaleZoneAndFolderDoNotShow) {
  const Environment date{{"SOURCE_DATE_EPOCH", "1000000000"}};
  const Outcome expected = publish_in("plain", {}, date);
  const auto with = [&](Environment environment) {
    environment.insert(date.begin(), date.end());
    return environment;
  };
  const Words masked{"bash", "-c", "umask \"$0\"; exec \"$@\""};
  const auto same = [&](const std::string& name, const Words& launcher, const Environment& environment) {
    const Outcome other = publish_in(name, launcher, environment);
    EXPECT_EQ(other.result, expected.result) << name;
    EXPECT_EQ(other.documents, expected.documents) << name;
    EXPECT_EQ(other.tree, expected.tree) << name;
  };
  same("another folder/deeper", {}, date);
  same("open", joined(masked, {"000"}), date);
  same("closed", joined(masked, {"077"}), date);
  same("turkish", {}, with({{"LC_ALL", "tr_TR.UTF-8"}, {"LANG", "tr_TR.UTF-8"}}));
  same("c", {}, with({{"LC_ALL", "C"}}));
  same("samoa", {}, with({{"TZ", "Pacific/Apia"}, {"USER", "somebody"}, {"HOSTNAME", "elsewhere"}}));
  if (!find_program("taskset").empty()) same("one-core", {"taskset", "1"}, date);
}

TEST_F(Determinism, TheClockDoesNotShow) {
  WAYBILL_REQUIRE_PEER("faketime");
  const Environment date{{"SOURCE_DATE_EPOCH", "1000000000"}};
  const Outcome old = publish_in("old", {"faketime", "-f", "@1999-12-31 23:59:59"}, date);
  const Outcome late = publish_in("late", {"faketime", "-f", "@2038-01-19 03:14:08"}, date);
  EXPECT_EQ(old.result, late.result);
  EXPECT_EQ(old.documents, late.documents);
  EXPECT_EQ(old.tree, late.tree);
  // Without a date only the commit knows the time.
  const Outcome then = publish_in("then", {"faketime", "-f", "@1999-12-31 23:59:59"}, {});
  const Outcome now = publish_in("now", {}, {});
  EXPECT_NE(at(then.result, "commit"), at(now.result, "commit"));
  EXPECT_EQ(at(then.result, "digest"), at(now.result, "digest"));
  EXPECT_EQ(then.documents, now.documents);
}

}  // namespace
}  // namespace waybill::testing
