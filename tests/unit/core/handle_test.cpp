#include "core/handle.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "core/unique_fd.h"

namespace waybill {
namespace {

// As a C library has them: opened through an out-parameter, freed by a function.
struct Resource {
  int id;
};
std::array<Resource, 3> resources{{{0}, {1}, {2}}};
std::vector<int> freed;

int free_resource(Resource* resource) {
  freed.push_back(resource->id);
  return 0;
}
int open_resource(Resource** out, int id) {
  if (id < 0) return -1;
  *out = &resources.at(static_cast<std::size_t>(id));
  return 0;
}
using ResourceHandle = Handle<Resource, free_resource>;

TEST(Handle, FreesOnceThroughMoves) {
  freed.clear();
  {
    ResourceHandle first;
    ASSERT_EQ(open_resource(Out(first), 1), 0);
    ResourceHandle second = std::move(first);
    EXPECT_EQ(first, nullptr);
    EXPECT_EQ(second->id, 1);
  }
  EXPECT_EQ(freed, std::vector<int>{1});
}

TEST(Handle, OutReplacesOnSuccessOnly) {
  freed.clear();
  ResourceHandle handle;
  ASSERT_EQ(open_resource(Out(handle), 1), 0);
  ASSERT_EQ(open_resource(Out(handle), 2), 0);
  EXPECT_EQ(freed, std::vector<int>{1});
  EXPECT_EQ(open_resource(Out(handle), -1), -1);
  EXPECT_EQ(handle->id, 2);
}

TEST(UniqueFd, ClosesOnceThroughMoves) {
  UniqueFd first(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(static_cast<bool>(first));
  const int number = first.get();
  {
    const UniqueFd second = std::move(first);
    EXPECT_FALSE(static_cast<bool>(first));  // NOLINT(bugprone-use-after-move): what a move leaves is promised
    EXPECT_EQ(second.get(), number);
    EXPECT_NE(::fcntl(number, F_GETFD), -1);
  }
  EXPECT_EQ(::fcntl(number, F_GETFD), -1);
}

TEST(UniqueFd, LeavesTheReleasedOneOpen) {
  UniqueFd first(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(static_cast<bool>(first));
  const UniqueFd second(first.release());
  EXPECT_FALSE(static_cast<bool>(first));
  first.reset();
  EXPECT_NE(::fcntl(second.get(), F_GETFD), -1);
}

}  // namespace
}  // namespace waybill
