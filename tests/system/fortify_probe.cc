// Copies its argument to where there is room for 8 bytes, by a length and a size that the compiler
// does not know: only _FORTIFY_SOURCE=3 checks that. The programs themselves may hold no such copy,
// so that hardening_test.py looks at this one, which is compiled as they are.

#include <cstdio>
#include <cstdlib>
#include <cstring>

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  char* const room = static_cast<char*>(std::malloc(static_cast<std::size_t>(argc) * 4));
  if (room == nullptr) return 2;
  std::memcpy(room, argv[1], std::strlen(argv[1]));
  std::printf("copied %c\n", room[0]);
  std::free(room);
  return 0;
}
