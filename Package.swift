// swift-tools-version: 6.2
import PackageDescription

let swiftRules: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
  .treatAllWarnings(as: .error),
]
let cRules: [CSetting] = [
  .enableWarning("all"), .enableWarning("extra"), .treatAllWarnings(as: .error),
  // The C kernels stay fast when the Swift side is built for debugging.
  .unsafeFlags(["-O2"], .when(configuration: .debug)),
]

let optimised: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// A Swift library target with the rules every module of the package is built by.
func library(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [],
  resources: [Resource] = [], linkerSettings: [LinkerSetting] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, exclude: exclude, resources: resources,
    swiftSettings: swiftRules, linkerSettings: linkerSettings)
}

/// A test target; `oracles` where loops over every sample would otherwise take most of the tests' time.
func tests(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [],
  oracles: Bool = false
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["TestSupport"], exclude: exclude,
    swiftSettings: swiftRules + (oracles ? optimised : []))
}

let modules: [Target.Dependency] = [
  "MoireTensors", "MoireImages", "MoireSpectral", "MoireLayers", "MoireModels", "MoireAnalysis",
  "MoireReport", "MoireTraining", "MoireStudies",
]

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "moire",
  products: [
    .library(
      name: "MoireKit",
      targets: ["MoireKit"]),
    .library(name: "MoireSpectral", targets: ["MoireSpectral", "MoireTensors"]),
    .executable(name: "moire", targets: ["moire"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
  ],
  targets: [
    .systemLibrary(
      name: "CFFTW", path: "CSources/CFFTW", pkgConfig: "fftw3f fftw3",
      providers: [.apt(["libfftw3-dev"]), .brew(["fftw"])]),
    .systemLibrary(
      name: "COneDNN", path: "CSources/COneDNN",
      providers: [.apt(["libdnnl-dev"]), .brew(["onednn"])]),
    .systemLibrary(
      name: "CCodecs", path: "CSources/CCodecs", pkgConfig: "libpng libjpeg",
      providers: [.apt(["libpng-dev", "libjpeg62-turbo-dev"]), .brew(["libpng", "jpeg-turbo"])]),
    .target(
      name: "CMoire", dependencies: ["CFFTW"], path: "CSources/CMoire",
      exclude: ["CMakeLists.txt", "moire.pc.in", "check", "cmake", "examples", "fuzz"],
      cSettings: cRules),
    .target(
      name: "CLayers", dependencies: ["COneDNN"], path: "CSources/CLayers", cSettings: cRules,
      linkerSettings: [
        .linkedLibrary("dnnl"), .linkedLibrary("gomp", .when(platforms: [.linux])),
      ]),
    .target(
      name: "CImages", dependencies: ["CCodecs"], path: "CSources/CImages", cSettings: cRules,
      linkerSettings: [.linkedLibrary("png"), .linkedLibrary("jpeg")]),
    .target(
      name: "CEmbedded", path: "CSources/CEmbedded", exclude: ["files"], cSettings: cRules),

    library("MoireTensors", []),
    library("MoireImages", ["MoireTensors", "CImages"]),
    library("MoireSpectral", ["MoireTensors", "CMoire"]),
    library("MoireLayers", ["MoireTensors", "MoireSpectral", "CLayers"]),
    library(
      "MoireModels",
      [
        "MoireTensors", "MoireSpectral", "MoireLayers",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ], exclude: ["ONNX/onnx.proto"]),
    library(
      "MoireAnalysis",
      ["MoireTensors", "MoireImages", "MoireSpectral", "MoireLayers", "MoireModels"]),
    library(
      "MoireTraining", ["MoireTensors", "MoireImages", "MoireLayers", "MoireModels"]),
    library(
      "MoireStudies",
      [
        "MoireTensors", "MoireImages", "MoireSpectral", "MoireLayers", "MoireModels",
        "MoireAnalysis", "MoireTraining",
      ]),
    library(
      "MoireReport",
      [
        "MoireStudies", "MoireAnalysis", "MoireSpectral", "MoireImages", "MoireTensors",
        .product(name: "Mustache", package: "swift-mustache"),
      ], resources: [.embedInCode("Embedded/page.mustache")]),
    library("MoireKit", modules),
    // MoireKit alone stays the same file when a module it re-exports changes, and the programs would
    // not be compiled again.
    .executableTarget(
      name: "moire", dependencies: modules + ["MoireKit", "CEmbedded", argumentParser],
      swiftSettings: swiftRules),
    .executableTarget(
      name: "moire-bench", dependencies: modules + ["MoireKit", "CMoire", "CFFTW", argumentParser],
      exclude: ["peer.py", "core_peer.py", "training_peer.py"], swiftSettings: swiftRules),

    .target(
      name: "TestSupport", dependencies: ["MoireTensors"], path: "Tests/TestSupport",
      exclude: ["Fixtures"], swiftSettings: swiftRules + optimised),
    tests("MoireTensorsTests", ["MoireTensors"]),
    tests("MoireImagesTests", ["MoireImages", "MoireTensors"]),
    tests("MoireSpectralTests", ["MoireSpectral", "MoireTensors"]),
    tests("MoireLayersTests", ["MoireLayers", "MoireSpectral", "MoireTensors"], oracles: true),
    tests(
      "MoireModelsTests",
      [
        "MoireModels", "MoireLayers", "MoireSpectral", "MoireTensors",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ]),
    tests(
      "MoireAnalysisTests",
      [
        "MoireAnalysis", "MoireModels", "MoireImages", "MoireLayers", "MoireSpectral",
        "MoireTensors",
      ]),
    tests(
      "MoireTrainingTests",
      [
        "MoireStudies", "MoireTraining", "MoireAnalysis", "MoireModels", "MoireLayers",
        "MoireImages", "MoireSpectral", "MoireTensors",
      ]),
    tests(
      "MoireReportTests",
      ["MoireReport", "MoireStudies", "MoireAnalysis", "MoireSpectral", "MoireTensors"]),
    tests("CommandTests", ["moire", "MoireKit", "MoireTensors"]),
    tests("LinkTests", [], exclude: ["check_moire.py", "check_hooks.py"]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu11
)

// Has no main of its own: it links with libFuzzer alone, as .ci/run --full builds it.
if Context.environment["MOIRE_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "moire-fuzz",
      dependencies: ["MoireModels", "MoireLayers", "MoireTensors", "TestSupport"],
      path: "Tests/Fuzz", swiftSettings: swiftRules))
}
