"""The commands of `charterhouse`, a module each; `charterhouse.cli` names them."""
