public import MoireLayers
import MoireTensors

/// AlexNet (Krizhevsky 2014, the one-tower variant of "One weird trick").
public struct AlexNet: Architecture {
  public static let alexNet = AlexNet()

  public let name = "alexnet"
  public var initialization: InitializationScheme { InitializationScheme() }

  public func build(_ builder: inout NetworkBuilder, classes: Int) throws {
    try builder.scope("features") { features in
      try features.convolution("0", channels: 64, kernel: 11, stride: 4, padding: 2, bias: true) {
        try $0.activation("1", .relu)
      }
      try features.maxPool("2", kernel: 3, stride: 2)
      try features.convolution("3", channels: 192, kernel: 5, padding: 2, bias: true) {
        try $0.activation("4", .relu)
      }
      try features.maxPool("5", kernel: 3, stride: 2)
      for (index, channels) in [(6, 384), (8, 256), (10, 256)] {
        try features.convolution("\(index)", channels: channels, kernel: 3, padding: 1, bias: true)
        {
          try $0.activation("\(index + 1)", .relu)
        }
      }
      try features.maxPool("12", kernel: 3, stride: 2)
    }
    try builder.adaptiveAveragePool("avgpool", to: 6)
    try builder.append("flatten", .flatten)
    try builder.scope("classifier") { classifier in
      // 0 and 3 are dropouts.
      try classifier.linear("1", outputs: 4096)
      try classifier.activation("2", .relu)
      try classifier.linear("4", outputs: 4096)
      try classifier.activation("5", .relu)
      try classifier.linear("6", outputs: classes)
    }
  }
}
