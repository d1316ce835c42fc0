from triptych.cli import main

main()
