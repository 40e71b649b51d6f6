"""What every lab trains with: losses, optimizers, the update, and reads that leave a run untouched."""
