/// The architectures that can be asked for by name.
public enum Zoo {
  /// Every member, by family.
  public static let members: [any Architecture] =
    [AlexNet.alexNet] + VGG.members + ResNet.members + DenseNet.members
    + MobileNetV2.members + MobileNetV3.members + SqueezeNet.members
    + ConvNeXt.members + UNet.members + SmallNetwork.members + SmallResNet.members

  /// The names of all members.
  public static var names: [String] { members.map(\.name) }

  /// The member of a name, as `resnet18`.
  ///
  /// - Throws: ``ModelError/unknownArchitecture(name:names:)``.
  public static func architecture(named name: String) throws -> any Architecture {
    guard let member = members.first(where: { $0.name == name }) else {
      throw ModelError.unknownArchitecture(name: name, names: names)
    }
    return member
  }
}
