"""Figures in which the reader moves something, one module for each chapter that has one."""
