// One import for all public modules.
@_exported public import MoireAnalysis
@_exported public import MoireImages
@_exported public import MoireLayers
@_exported public import MoireModels
@_exported public import MoireReport
@_exported public import MoireSpectral
@_exported public import MoireStudies
@_exported public import MoireTensors
@_exported public import MoireTraining
