"""What the page changes in Gradio and its server, or knows of their insides.

One file each: what it changes and why, the version it was written for, and when it can
go. A test of each fails when the private thing that it leans on is another one.
"""
