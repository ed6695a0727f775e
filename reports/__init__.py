"""What HR and leads pull: completion report, matrix, exports, assignment."""
