"""What a Colab runtime has, in the shape that the notebook uses."""
