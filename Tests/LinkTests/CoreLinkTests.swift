import Foundation
import TestSupport
import Testing

/// The core is built and installed by CMake alone, then linked from C, C++ and Python in folders that
/// hold nothing but the user's own files.
@Suite struct CoreLinkTests {
  static let core = Fixtures.package.appendingPathComponent("CSources/CMoire").path
  static let examples = core + "/examples"
  static let scripts = Fixtures.package.appendingPathComponent("Tests/LinkTests").path

  @Test(.enabled(if: Shell.has("cmake", "cc", "c++", "pkg-config")))
  func anInstalledCoreServesItsUsers() throws {
    try Shell.inEmptyFolder { shell in
      try shell.run(
        """
        cmake -S '\(Self.core)' -B build -DCMAKE_COMPILE_WARNING_AS_ERROR=ON
        cmake --build build -j 2 && cmake --install build --prefix first && mv first installed
        """)
      // Everything is looked up where the library was moved to.
      let libraries = try shell.run("dirname $(find $PWD/installed -name libmoire.so)")
        .trimmingCharacters(in: .whitespacesAndNewlines)
      var user = shell
      user.environment = [
        "PKG_CONFIG_PATH": libraries + "/pkgconfig", "LD_LIBRARY_PATH": libraries,
        "MOIRE_LIBRARY": libraries + "/libmoire.so",
      ]
      try linkThroughPkgConfig(user)
      try linkThroughFindPackage(user)
      try callFromPython(user)
    }
  }

  private func linkThroughPkgConfig(_ shell: Shell) throws {
    try shell.run("mkdir user && cp \(Self.examples)/alias.c \(Self.examples)/alias.cpp user")
    let shared = "$(pkg-config --cflags --libs moire)"
    try shell.run("cd user && cc -Wall -Wextra -Werror alias.c \(shared) -lm -o c")
    try shell.run("cd user && c++ -std=c++17 -Wall -Wextra -Werror alias.cpp \(shared) -o cpp")
    try shell.run(
      "cp \(Self.examples)/downsample.c user && cd user && "
        + "cc -Wall -Wextra -Werror downsample.c \(shared) -lm -o downsample")
    // ½ g² for the gain g that the filter has at the tone that folds: 1, cos⁴(24π/64), 0.
    #expect(
      try shell.run("user/downsample").split(separator: "\n").map { $0.suffix(7) }
        == ["0.50000", "0.00023", "0.00000"])
    // Static libraries come before what they need: the order is pkg-config's.
    let archive = "$(pkg-config --cflags --libs --static moire | sed s/-lmoire/-l:libmoire.a/)"
    try shell.run("cd user && cc alias.c \(archive) -o static")
    #expect(try !shell.run("ldd user/static").contains("libmoire"))
    try expectAliasFractions(shell, c: ["user/c", "user/static"], cpp: ["user/cpp"])
    let source = try String(contentsOfFile: Self.examples + "/alias.c", encoding: .utf8)
    #expect(source.split(separator: "\n", omittingEmptySubsequences: false).count - 1 < 40)
  }

  private func linkThroughFindPackage(_ shell: Shell) throws {
    try shell.run(
      """
      cp -r '\(Self.examples)' project
      cmake -S project -B made -DCMAKE_PREFIX_PATH=$PWD/installed && cmake --build made -j 2
      """)
    let kinds = ["moire", "moire_static"]
    try expectAliasFractions(
      shell, c: kinds.map { "made/alias_c_" + $0 }, cpp: kinds.map { "made/alias_cpp_" + $0 })
    // The version that is asked for counts.
    try shell.run(
      """
      mkdir newer && cd newer && echo 'cmake_minimum_required(VERSION 3.18)
      project(newer C)
      find_package(moire 99 REQUIRED)' > CMakeLists.txt
      ! cmake -DCMAKE_PREFIX_PATH=$PWD/../installed . > log 2>&1 && grep -q 99 log
      """)
  }

  /// Two tones of energy 1 and 0.25, of which the weaker one aliases; and white noise at stride 2.
  private func expectAliasFractions(_ shell: Shell, c: [String], cpp: [String]) throws {
    for program in c {
      #expect(try shell.run("./" + program) == "alias fraction 0.2000\n", "\(program)")
    }
    for program in cpp {
      let fraction = try #require(lastNumber(try shell.run("./" + program)), "\(program)")
      // 8 planes of 96² independent bins: the standard deviation is 0.002.
      #expect(abs(fraction - 0.75) < 0.01, "\(program)")
    }
  }

  private func callFromPython(_ shell: Shell) throws {
    guard let python = Shell.python(importing: "numpy") else { return }
    try shell.run("mkdir python && cp \(Self.examples)/*.py \(Self.scripts)/*.py python")
    #expect(try shell.run("cd python && '\(python)' moire.py").contains("stride 2: 0.75"))
    #expect(try shell.run("cd python && '\(python)' check_moire.py").contains("agrees"))
    let missing = "MOIRE_LIBRARY=/nowhere.so '\(python)' moire.py || true"
    #expect(try shell.run("cd python && " + missing).contains("/nowhere.so"))
    guard let torch = Shell.python(importing: "torch, numpy") else { return }
    #expect(try shell.run("cd python && '\(torch)' check_hooks.py").contains("every strided layer"))
  }
}
