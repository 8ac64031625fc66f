import Foundation
import TestSupport
import Testing

/// Packages of their own that depend on this one and import MoireSpectral.
@Suite(.serialized, .enabled(if: Shell.isFull && Shell.has("swift", "git")))
struct SwiftLinkTests {
  static let manifest = """
    // swift-tools-version: 6.2
    import PackageDescription

    let package = Package(
      name: "reader",
      dependencies: [DEPENDENCY],
      targets: [
        .executableTarget(
          name: "reader", dependencies: [.product(name: "MoireSpectral", package: "moire")])
      ])

    """

  static let program = """
    import Foundation
    import MoireSpectral

    // Energy 1 at 3 cycles per row, and a quarter of that at 30: stride 2 holds less than 16.
    let size = 64
    let row = (0..<size).map { x in
      let angle = 2 * Double.pi * Double(x) / Double(size)
      return Float(cos(3 * angle) + 0.5 * cos(30 * angle))
    }
    let map = (0..<size).flatMap { _ in row }
    let reader = try MapReader(size: [64, 64], stride: 2)
    let reading = try reader.read(.init(shape: [1, 1, size, size], values: map))
    print("alias fraction", reading.energies[0].aliasFraction)

    """

  @Test func aPackageDependsByPath() throws {
    let path = Fixtures.package.path
    try build(".package(name: \"moire\", path: \"\(path)\")") { _ in }
  }

  @Test func aPackageDependsByURL() throws {
    try build(".package(url: \"file://FOLDER/moire\", from: \"0.1.0\")") { shell in
      // A release as it would be published: the files of this checkout, tagged.
      try shell.run(
        """
        git init -q moire
        tar -C '\(Fixtures.package.path)' --exclude-vcs --exclude './.build*' -c . | tar -C moire -x
        cd moire && git add -A
        git -c user.name=release -c user.email=release@localhost commit -q -m release
        git tag 0.1.0
        """)
    }
  }

  private func build(_ dependency: String, prepare: (Shell) throws -> Void) throws {
    try Shell.inEmptyFolder { shell in
      try prepare(shell)
      try shell.run("mkdir -p user/Sources/reader")
      let user = shell.folder.appendingPathComponent("user")
      let named = dependency.replacingOccurrences(of: "FOLDER", with: shell.folder.path)
      try Self.manifest.replacingOccurrences(of: "DEPENDENCY", with: named)
        .write(to: user.appendingPathComponent("Package.swift"), atomically: true, encoding: .utf8)
      try Self.program.write(
        to: user.appendingPathComponent("Sources/reader/main.swift"), atomically: true,
        encoding: .utf8)
      let log = try shell.run("cd user && swift build -j 2 --product reader")
      #expect(!log.contains("SwiftProtobuf"), "more is compiled than is used")
      let fraction = lastNumber(try shell.run("user/.build/debug/reader"))
      #expect(abs((fraction ?? 0) - 0.2) < 1e-6)
    }
  }
}
