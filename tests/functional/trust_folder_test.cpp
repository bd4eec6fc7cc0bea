// A site's trust: begun, carried, updated by its owners, never rolled back; and the epochs that it remembers.
#include <signal.h>

#include <fmt/core.h>

#include <fstream>

#include "tests/functional/support/workspace.h"

namespace fs = std::filesystem;

namespace waybill::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class TrustFolder : public Workspace {
 protected:
  void SetUp() override {
    WAYBILL_REQUIRE_PEER("openssl");
    for (const char* name : {"old", "new", "spare"}) make_key(name);
  }
  void write(const std::string& name, const std::string& text) const { write_file(path(name), text, Overwrite::Yes); }
  // A trust document whose owners and signers are these keys, signed by others.
  void make(int version, const Words& owners, int threshold, const Words& signed_by,
            const std::string& more = {}) const {
    std::string keys;
    std::string names;
    for (const std::string& name : owners) {
      std::string pem = read_file(path(name + ".pub"));
      for (std::size_t at = 0; (at = pem.find('\n', at)) != std::string::npos; at += 2) pem.replace(at, 1, "\\n");
      keys += fmt::format("  {}: {{publicKey: \"{}\"}}\n", name, pem);
      names += (names.empty() ? "" : ", ") + name;
    }
    write("t.yaml",
          fmt::format("apiVersion: waybill.dev/v1\nkind: Trust\nversion: {}\nowners: {{keys: [{}], threshold: "
                      "{}}}\nkeys:\n{}rules:\n  - signatures: {{keys: [{}]}}\n{}",
                      version, names, threshold, keys, names, more));
    const std::string file = fmt::format("{}.json", version);
    std::string document = "t.yaml";
    for (const std::string& key : signed_by) {
      ASSERT_THAT(waybill({"trust", "sign", document, "--key", key + ".key", "--output", file}), Exited(0));
      document = file;
    }
  }
  [[nodiscard]] int update(const std::string& file, const std::string& folder_name = "site") const {
    return waybill({"trust", "update", file, "--trust", folder_name}).exit_status;
  }
  [[nodiscard]] std::int64_t version(const std::string& folder_name = "site") const {
    return at(waybill_json({"trust", "show", folder_name}), "version").as_int();
  }
  void begin() const {
    make(1, {"old"}, 1, {"old"});
    ASSERT_THAT(waybill({"trust", "init", "1.json", "--trust", "site"}), Exited(0));
  }
  void bundle(const std::string& name, const std::string& epoch, const std::string& key = "old") const {
    Words command = joined({"bundle", "-o", name}, criteria());
    if (!epoch.empty()) command = joined(command, {"--epoch", epoch});
    ASSERT_THAT(waybill(command), Exited(0));
    ASSERT_THAT(waybill({"sign", name, "--key", key + ".key"}), Exited(0));
  }
  [[nodiscard]] ProcessResult verify(const std::string& target, const Words& more = {}) const {
    return waybill(joined({"verify", target, "--trust", "site"}, more));
  }
};

TEST_F(TrustFolder, KeysRotateAndTheOldOneStopsCounting) {
  begin();
  bundle("by-old", "");
  bundle("by-new", "", "new");
  EXPECT_THAT(verify("by-old"), Exited(0));
  EXPECT_THAT(verify("by-new"), Exited(4));
  make(2, {"old", "new"}, 1, {"old"});
  EXPECT_EQ(update("2.json"), 0);
  EXPECT_THAT(verify("by-old"), Exited(0));
  EXPECT_THAT(verify("by-new"), Exited(0));
  make(3, {"new"}, 1, {"new"});
  EXPECT_EQ(update("3.json"), 0);
  EXPECT_THAT(verify("by-old"), Exited(4));
  EXPECT_THAT(verify("by-new"), Exited(0));
  EXPECT_EQ(version(), 3);
}

TEST_F(TrustFolder, WhatItsOwnersDidNotSignChangesNothing) {
  begin();
  const Snapshot before = snapshot(folder() / "site");
  make(2, {"old"}, 1, {"new"});
  EXPECT_EQ(update("2.json"), 4) << "a stranger";
  make(2, {"new"}, 1, {"new"});
  EXPECT_EQ(update("2.json"), 4) << "the successor alone";
  make(2, {"old", "new"}, 2, {"old"});
  EXPECT_EQ(update("2.json"), 4) << "too few of its own";
  make(3, {"old"}, 1, {"old"});
  EXPECT_EQ(update("3.json"), 4) << "a version is left out";
  make(1, {"old"}, 1, {"old"}, "expires: 2030-01-01T00:00:00Z\n");
  EXPECT_EQ(update("1.json"), 4) << "another text of the version that is held";
  make(2, {"old"}, 1, {"old"});
  flip_byte(path("2.json"));
  EXPECT_NE(update("2.json"), 0);
  write("junk.json", "{}");
  EXPECT_EQ(update("junk.json"), 2);
  EXPECT_EQ(snapshot(folder() / "site"), before);
}

TEST_F(TrustFolder, NeverGoesBack) {
  begin();
  make(2, {"old"}, 1, {"old"});
  fs::copy_file(path("2.json"), path("two.json"));
  ASSERT_EQ(update("2.json"), 0);
  make(3, {"old"}, 1, {"old"});
  ASSERT_EQ(update("3.json"), 0);
  const ProcessResult back = waybill({"trust", "update", "two.json", "--trust", "site"});
  EXPECT_THAT(back, Exited(4));
  EXPECT_THAT(back.err, HasSubstr("version 3 is held already: trust never goes back"));
  EXPECT_EQ(update("3.json"), 0) << "the same again changes nothing";
  EXPECT_EQ(version(), 3);
}

TEST_F(TrustFolder, ATrustFolderMustBeNamed) {
  begin();
  for (const char* command : {"init", "update"}) {
    const ProcessResult result = waybill({"trust", command, "1.json"});
    EXPECT_THAT(result, Exited(2));
    EXPECT_THAT(result.err, HasSubstr("name it with --trust DIR"));
  }
}

TEST_F(TrustFolder, ASiteThatMissedVersionsTakesAnothersFolder) {
  begin();
  fs::copy(path("site"), path("late"), fs::copy_options::recursive);
  make(2, {"new"}, 1, {"old", "new"});
  ASSERT_EQ(update("2.json"), 0);
  make(3, {"spare"}, 1, {"new", "spare"});
  ASSERT_EQ(update("3.json"), 0);
  EXPECT_EQ(update("3.json", "late"), 4);
  EXPECT_EQ(update("site", "late"), 0);
  EXPECT_EQ(version("late"), 3);
  EXPECT_EQ(snapshot(folder() / "late"), snapshot(folder() / "site"));
  EXPECT_EQ(update("late"), 0) << "the other way there is nothing new";
}

TEST_F(TrustFolder, AnUpdateThatIsKilledLeavesTheOldOrTheNew) {
  begin();
  make(2, {"old"}, 1, {"old"});
  fs::copy(path("site"), path("good"), fs::copy_options::recursive);
  long step = 1;
  for (;; ++step) {
    fs::remove_all(path("site"));
    fs::copy(path("good"), path("site"), fs::copy_options::recursive);
    const ProcessResult killed =
        waybill({"trust", "update", "2.json", "--trust", "site"},
                {{"LD_PRELOAD", WAYBILL_KILL_AT_STEP}, {"WAYBILL_KILL_AT_STEP", std::to_string(step)}});
    if (killed.exit_status == 0) break;
    ASSERT_EQ(killed.exit_status, 128 + SIGKILL) << killed.err;
    const std::int64_t held = version();
    EXPECT_TRUE(held == 1 || held == 2) << "after step " << step;
    EXPECT_EQ(update("2.json"), 0) << "after step " << step;
    EXPECT_EQ(version(), 2) << "after step " << step;
  }
  EXPECT_GT(step, 2) << "there are more steps than that";
}

TEST_F(TrustFolder, AChangedOrMissingVersionIsSeen) {
  begin();
  make(2, {"old"}, 1, {"old"});
  ASSERT_EQ(update("2.json"), 0);
  make(3, {"old"}, 1, {"old"});
  ASSERT_EQ(update("3.json"), 0);
  bundle("b", "");
  fs::copy(path("site"), path("good"), fs::copy_options::recursive);
  fs::remove(path("site/2.trust.json"));
  EXPECT_THAT(verify("b"), Exited(4));
  fs::copy_file(path("good/3.trust.json"), path("site/2.trust.json"));
  EXPECT_THAT(verify("b"), Exited(4));
  make(4, {"new"}, 1, {"new"});
  fs::remove_all(path("site"));
  fs::copy(path("good"), path("site"), fs::copy_options::recursive);
  fs::copy_file(path("4.json"), path("site/4.trust.json"));
  EXPECT_THAT(verify("b"), Exited(4)) << "a version that somebody put there";
  EXPECT_THAT(waybill({"verify", "b", "--trust", "none"}), Exited(3));
}

TEST_F(TrustFolder, RevocationIsImmediate) {
  begin();
  bundle("b", "");
  const Value verified = waybill_json({"verify", "b", "--key", "old.pub"});
  const std::string digest = verified.text_or("digest", {});
  make(2, {"old", "new"}, 1, {"old"},
       fmt::format("revoked: {{digests: [{{digest: \"{}\", reason: yanked}}]}}\n", digest));
  ASSERT_EQ(update("2.json"), 0);
  const ProcessResult yanked = verify("b");
  EXPECT_THAT(yanked, Exited(4));
  EXPECT_THAT(yanked.out, HasSubstr("revoked: yanked"));
  const std::string id = at(verified, "signers").items().at(0).text_or("keyId", {});
  make(3, {"old", "new"}, 1, {"new"}, fmt::format("revoked: {{keys: [{{id: \"{}\", reason: stolen}}]}}\n", id));
  ASSERT_EQ(update("3.json"), 0);
  EXPECT_THAT(verify("b").out, HasSubstr("which is revoked: stolen"));
  // Nor does it sign the next version.
  make(4, {"old"}, 1, {"old"});
  EXPECT_EQ(update("4.json"), 4);
}

TEST_F(TrustFolder, AnOlderEpochIsRefusedUnlessAllowed) {
  begin();
  bundle("five", "5");
  bundle("six", "6");
  bundle("other", "gpu:1");
  bundle("none", "");
  EXPECT_THAT(verify("none"), Exited(0)) << "nothing was seen yet";
  EXPECT_THAT(verify("six"), Exited(0)) << "looking alone remembers nothing";
  EXPECT_THAT(verify("five"), Exited(0));
  EXPECT_THAT(verify("six", {"--remember"}), Exited(0));
  const ProcessResult older = verify("five");
  EXPECT_THAT(older, Exited(4));
  EXPECT_THAT(older.out, HasSubstr("5 of the line 'default'; this site has seen 6"));
  EXPECT_THAT(verify("five", {"--allow-older", "--remember"}), Exited(0));
  EXPECT_THAT(verify("five"), Exited(4)) << "what is allowed once does not lower what was seen";
  EXPECT_THAT(verify("six"), Exited(0)) << "the same again is not older";
  EXPECT_THAT(verify("other"), Exited(0)) << "another line";
  EXPECT_THAT(verify("none"), Exited(4)) << "from before there were epochs";
  EXPECT_THAT(verify("none", {"--allow-older"}), Exited(0));
}

TEST_F(TrustFolder, PullAndCommitRememberAndRefuse) {
  begin();
  bundle("five", "5");
  bundle("six", "6");
  const GitRepository remote = make_repository();
  const auto commit = [&](const std::string& name, const Words& more = {}) {
    return waybill(joined({"commit", name, "--trust", "site", "--repo", "remote.git", "--branch", "main"}, more));
  };
  EXPECT_THAT(commit("six", {"--dry-run"}), Exited(0));
  EXPECT_THAT(commit("five"), Exited(0)) << "a dry run remembers nothing";
  EXPECT_THAT(commit("six"), Exited(0));
  const ProcessResult refused = commit("five");
  EXPECT_THAT(refused, Exited(4));
  EXPECT_THAT(refused.err, HasSubstr("this site has seen 6"));
  EXPECT_THAT(commit("five", {"--allow-older"}), Exited(0));
  for (const char* name : {"5", "7"}) {
    ASSERT_THAT(waybill(joined({"publish", "--key", "old.key", "--epoch", name, "--output",
                                std::string("oci-layout:out:v") + name},
                               criteria())),
                Exited(0));
  }
  EXPECT_THAT(waybill({"pull", "oci-layout:out:v7", "--output", "seven", "--trust", "site"}), Exited(0));
  EXPECT_THAT(waybill({"pull", "oci-layout:out:v5", "--output", "again", "--trust", "site"}), Exited(4));
  EXPECT_FALSE(fs::exists(path("again")));
  EXPECT_THAT(read_file(path("site/epochs.json")), HasSubstr("\"default\": 7"));
}

TEST_F(TrustFolder, OnlyTheCheckCalledExpiryKnowsTheClock) {
  WAYBILL_REQUIRE_PEER("faketime");
  make(1, {"old"}, 1, {"old"}, "expires: 2060-01-01T00:00:00Z\n");
  ASSERT_THAT(waybill({"trust", "init", "1.json", "--trust", "site"}), Exited(0));
  bundle("b", "1");
  const auto checks = [&](const char* clock, const Words& whom) {
    const ProcessResult result =
        execute(joined({"faketime", "-f", clock, program(), "verify", "b", "--format", "json"}, whom));
    return std::pair(result.exit_status, result.out);
  };
  constexpr const char* kPast = "@1970-01-02 00:00:00";
  constexpr const char* kFuture = "@2099-12-31 00:00:00";
  EXPECT_EQ(checks(kPast, {"--key", "old.pub"}), checks(kFuture, {"--key", "old.pub"}));
  EXPECT_EQ(checks(kPast, {"--key", "old.pub"}).first, 0);
  EXPECT_EQ(checks(kPast, {"--trust", "site"}).first, 0);
  const auto [status, text] = checks(kFuture, {"--trust", "site"});
  EXPECT_EQ(status, 4);
  const Value report = parse_json(text);
  for (const Value& check : at(report, "checks").items())
    EXPECT_EQ(at(check, "passed").as_bool(), check.text_or("name", {}) != "expiry") << text;
  // What has expired can still be followed by the next version.
  make(2, {"old"}, 1, {"old"});
  EXPECT_THAT(execute({"faketime", "-f", kFuture, program(), "trust", "update", "2.json", "--trust", "site"}),
              Exited(0));
}

TEST_F(TrustFolder, ShowTellsWhatIsTrusted) {
  make(1, {"old", "new"}, 2, {"old", "new"}, "expires: 2060-01-01T00:00:00Z\n");
  ASSERT_THAT(waybill({"trust", "init", "1.json", "--trust", "site"}), Exited(0));
  const ProcessResult shown = waybill({"trust", "show", "site"});
  EXPECT_THAT(shown, Exited(0));
  EXPECT_THAT(shown.out, AllOf(HasSubstr("version  1"), HasSubstr("owners   2 of old, new"), HasSubstr("2060-01-01")));
  EXPECT_EQ(waybill({"trust", "show", "site", "--document"}).out, read_file(path("t.yaml")));
  const Value described = waybill_json({"trust", "show", "1.json"});
  EXPECT_EQ(at(described, "signers").items().size(), 2U);
  EXPECT_EQ(at(waybill_json({"trust", "show", "t.yaml"}), "version").as_int(), 1);
}

TEST_F(TrustFolder, OpensslChecksTheSignaturesOfADocument) {
  WAYBILL_REQUIRE_PEER("python3");
  begin();
  // DSSE's encoding, made by hand.
  write("pae.py",
        "import base64, json, sys\n"
        "e = json.load(open(sys.argv[1]))\n"
        "p = base64.b64decode(e['payload'])\n"
        "t = e['payloadType'].encode()\n"
        "open('pae', 'wb').write(b'DSSEv1 %d %s %d %s' % (len(t), t, len(p), p))\n"
        "open('sig', 'wb').write(base64.b64decode(e['signatures'][0]['sig']))\n");
  ASSERT_THAT(execute({"python3", "pae.py", "site/1.trust.json"}), Exited(0));
  const Words command{"openssl", "dgst", "-sha256", "-verify", "old.pub", "-signature", "sig", "pae"};
  EXPECT_EQ(execute(command).out, "Verified OK\n");
}

}  // namespace
}  // namespace waybill::testing
