// Media that are pulled out while the program writes to them or reads from them.
#include <fmt/core.h>

#include <chrono>
#include <functional>
#include <future>
#include <thread>

#include "core/digest.h"
#include "tests/functional/support/carry_workspace.h"
#include "tests/functional/support/medium.h"
#include "tests/support/fake_registry.h"

namespace fs = std::filesystem;

namespace waybill::testing {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

constexpr std::uint64_t kMiB = 1ULL << 20;

// An image of 16 MiB, in "image" and in a registry; and a medium at "disk".
class PulledOut : public CarryWorkspace {
 protected:
  void SetUp() override {
    WAYBILL_REQUIRE_PEER("mkfs.ext4");
    WAYBILL_REQUIRE_RIGHT("to mount a file system from a file", medium_.is_there());
    digest_ = write_image(path("image"), "v1", 8, 2 * kMiB);
    ASSERT_THAT(waybill({"push", "oci-layout:image:v1", from()}), Exited(0));
    empty_ = medium_.used();
  }
  [[nodiscard]] std::string from() const { return "oci://" + registry_.host() + "/team/image:v1"; }

  // Runs the command, pulls the medium out when that is `due`, and plugs it in again when the command has ended, which
  // it does with an error unless it was done before.
  void run_and_pull_out(const Words& command, Medium::Journal journal, const std::function<bool()>& due) {
    std::future<ProcessResult> running = std::async(std::launch::async, [&] { return waybill(command); });
    while (!due() && running.wait_for(std::chrono::microseconds(200)) != std::future_status::ready) {
    }
    ASSERT_TRUE(medium_.pull_out(journal));
    const ProcessResult ended = running.get();
    if (ended.exit_status != 0) {
      ++failed_;
      EXPECT_THAT(ended.err, HasSubstr("disk/"));
      if (ended.err.find("Read-only file system") != std::string::npos) {  // what the kernel makes of it, now and then
        EXPECT_THAT(ended, Exited(4));
      } else {
        EXPECT_THAT(ended, Exited(1));
        EXPECT_THAT(ended.err, AnyOf(HasSubstr("Input/output error"), HasSubstr("cannot be read in bytes")));
        EXPECT_THAT(ended.err, HasSubstr("repeat the command"));
      }
    }
    ASSERT_TRUE(medium_.plug_in_again());
  }
  // Runs it again and again, and each time takes the medium away when two MiB more are on it than the last time.
  void pull_out_in_the_middle_of(const Words& command, const std::function<void()>& look) {
    for (std::uint64_t step = 0; step < 8; ++step) {
      for (const Medium::Journal journal : {Medium::Journal::Written, Medium::Journal::Lost}) {
        const std::uint64_t enough = empty_ + step * 2 * kMiB + kMiB / 2;
        ASSERT_NO_FATAL_FAILURE(run_and_pull_out(command, journal, [&] { return medium_.used() >= enough; }));
        look();
        ASSERT_FALSE(HasFailure()) << "step " << step;
      }
    }
    EXPECT_GE(failed_, 4) << "it came too late";
    ASSERT_THAT(waybill(command), Exited(0));
    look();
  }

  void expect_no_bad_blob() const {
    if (!fs::exists(path("disk/out/blobs/sha256"))) return;
    for (const fs::path& blob : files("disk/out/blobs/sha256")) {
      const std::string name = blob.filename().string();
      if (name.starts_with(".waybill-")) continue;
      EXPECT_EQ(sha256(read_file(blob)).hex(), name);
    }
  }

  FakeRegistry registry_{{.blob_delay = std::chrono::milliseconds(10)}};
  Medium medium_{path("medium.img"), path("disk"), 64 * kMiB};
  std::string digest_;
  std::uint64_t empty_ = 0;  // bytes in use on the empty medium
  int failed_ = 0;
};

TEST_F(PulledOut, WhilePullingIntoALayout) {
  pull_out_in_the_middle_of({"pull", from(), "--output", "oci-layout:disk/out:v1"}, [&] { expect_no_bad_blob(); });
  EXPECT_EQ(digest_of("oci-layout:disk/out:v1"), digest_);
  expect_same_blobs("image", "disk/out");
}

TEST_F(PulledOut, WhilePullingIntoAnArchive) {
  ASSERT_THAT(waybill({"copy", from(), "oci-archive:whole.tar"}), Exited(0));
  const Digest whole = sha256(read_file(path("whole.tar"), 64 * kMiB));
  pull_out_in_the_middle_of({"pull", from(), "--output", "oci-archive:disk/out.tar:v1"}, [&] {
    if (!fs::exists(path("disk/out.tar"))) return;
    EXPECT_EQ(sha256(read_file(path("disk/out.tar"), 64 * kMiB)), whole);
  });
  EXPECT_TRUE(fs::exists(path("disk/out.tar")));
}

TEST_F(PulledOut, WhileLoadingOntoIt) {
  save_image();
  pull_out_in_the_middle_of({"load", "parts", "oci-layout:disk/out"}, [&] { expect_no_bad_blob(); });
  EXPECT_EQ(digest_of("oci-layout:disk/out:v1"), digest_);
  expect_same_blobs("image", "disk/out");
}

// Each file that has a part's name is whole.
TEST_F(PulledOut, WhileSavingOntoIt) {
  save_image({}, "whole");
  const Snapshot whole = snapshot(path("whole"));
  const auto parts = [&] {
    Snapshot found = fs::exists(path("disk/out")) ? snapshot(path("disk/out")) : Snapshot();
    std::erase_if(found, [](const auto& file) { return file.first.starts_with(".waybill-"); });
    return found;
  };
  pull_out_in_the_middle_of({"save", "oci-layout:image:v1", "--output", "disk/out", "--part-size", "4MiB"}, [&] {
    for (const auto& [name, content] : parts()) EXPECT_EQ(content, whole.at(name)) << name;
  });
  EXPECT_EQ(parts(), whole);
}

// The same from the other side: what was read is not lost.
TEST_F(PulledOut, WhileLoadingFromIt) {
  save_image({}, "disk/parts");
  const auto brought = [&] {
    std::uint64_t bytes = 0;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(path("out/blobs/sha256"), ignored)) {
      const std::uint64_t size = entry.file_size(ignored);
      if (!ignored) bytes += size;
    }
    return bytes;
  };
  const Words command = {"load", "disk/parts", "oci-layout:out"};
  for (std::uint64_t step = 0; step < 4; ++step) {
    ASSERT_NO_FATAL_FAILURE(
        run_and_pull_out(command, Medium::Journal::Written, [&] { return brought() > step * 3 * kMiB; }));
    for (const fs::path& blob : fs::exists(path("out/blobs")) ? files("out/blobs/sha256") : std::vector<fs::path>()) {
      const std::string name = blob.filename().string();
      EXPECT_TRUE(name.starts_with(".waybill-") || sha256(read_file(blob)).hex() == name) << name;
    }
  }
  EXPECT_GE(failed_, 1) << "it came too late";
  ASSERT_THAT(waybill(command), Exited(0));
  expect_same_blobs("image", "out");
}

// A medium whose file system can do little.
class PoorMedium : public CarryWorkspace {
 protected:
  [[nodiscard]] ProcessResult waybill(const Words& words, const std::string& failing_renames = {}) const {
    return Workspace::waybill(words,
                              {{"LD_PRELOAD", WAYBILL_POOR_MEDIUM}, {"WAYBILL_FAILING_RENAMES", failing_renames}});
  }
};

TEST_F(PoorMedium, CarriesLayoutsArchivesAndParts) {
  const std::string digest = write_image(path("image"), "v1", 5, 2'700'000);
  fs::create_directory(path("disk"));
  for (int time = 0; time < 2; ++time) {  // new, and again
    ASSERT_THAT(waybill({"copy", "oci-layout:image:v1", "oci-layout:disk/layout:v1"}), Exited(0));
    ASSERT_THAT(waybill({"copy", "oci-layout:image:v1", "oci-archive:disk/image.tar:v1"}), Exited(0));
    ASSERT_THAT(waybill({"save", "oci-layout:image:v1", "--output", "disk/parts", "--part-size", "4MiB"}), Exited(0));
    ASSERT_THAT(waybill({"load", "disk/parts", "oci-layout:disk/loaded"}), Exited(0));
  }
  expect_same_blobs("image", "disk/layout");
  expect_same_blobs("image", "disk/loaded");
  EXPECT_EQ(digest_of("oci-archive:disk/image.tar:v1"), digest);
  EXPECT_EQ(temporary_files(), Words());
}

TEST_F(PoorMedium, TakesBundlesAndFilesAndLosesNone) {
  fs::create_directory(path("disk"));
  const auto bundle = [&](const Words& query, const Words& more) {
    return waybill(joined(joined({"bundle"}, query), joined({"--output", "disk/bundle"}, more)));
  };
  ASSERT_THAT(bundle(criteria(), {}), Exited(0));
  const Snapshot first = snapshot(path("disk/bundle"));
  EXPECT_THAT(bundle(other_criteria(), {}), Exited(9));
  EXPECT_EQ(snapshot(path("disk/bundle")), first);
  ASSERT_THAT(bundle(other_criteria(), {"--force"}), Exited(0));
  EXPECT_NE(snapshot(path("disk/bundle")), first);
  ASSERT_THAT(bundle(criteria(), {"--force"}), Exited(0));
  EXPECT_EQ(snapshot(path("disk/bundle")), first);
  fs::create_directory(path("disk/empty"));
  ASSERT_THAT(waybill(joined(joined({"bundle"}, criteria()), {"--output", "disk/empty"})), Exited(0));
  EXPECT_EQ(snapshot(path("disk/empty")), first);

  write_file(path("password"), "secret", Overwrite::No);
  const Words keygen = {"keygen", "--password-file", "password", "--output-prefix", "disk/site"};
  ASSERT_THAT(waybill(keygen), Exited(0));
  const std::string key = read_file(path("disk/site.key"));
  EXPECT_THAT(waybill(keygen), Exited(9));
  EXPECT_EQ(read_file(path("disk/site.key")), key);
  EXPECT_EQ(temporary_files(), Words());
}

TEST_F(PoorMedium, KeepsAFolderWhoseReplacementFails) {
  ASSERT_THAT(waybill(joined({"bundle", "--output", "disk/bundle"}, criteria())), Exited(0));
  const Snapshot first = snapshot(path("disk/bundle"));
  const Words other = joined({"bundle", "--output", "disk/bundle", "--force"}, other_criteria());
  for (const char* failing : {"1-1", "2-2"}) {
    EXPECT_THAT(waybill(other, failing), Exited(1));
    EXPECT_EQ(snapshot(path("disk/bundle")), first) << failing;
    EXPECT_EQ(temporary_files(), Words()) << failing;
  }
  // Nor is it lost when it cannot go back.
  const ProcessResult stranded = waybill(other, "2-3");
  EXPECT_THAT(stranded, Exited(1));
  ASSERT_EQ(temporary_files().size(), 1U);
  EXPECT_THAT(stranded.err, HasSubstr("what was there is in 'disk/.waybill-"));
  EXPECT_EQ(snapshot(temporary_files().front()), first);
}

}  // namespace
}  // namespace waybill::testing
